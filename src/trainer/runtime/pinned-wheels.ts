/** What TensorFlow was built for. One for GPUs computes on CPUs where it finds no GPU. */
export type Build = "cpu" | "gpu";

/** A file on PyPI, on any Python that can run pip. */
export interface PinnedWheel {
  readonly file: string;
  readonly sha256: string;
  readonly megabytes: number;
}

/** What pip is asked for, such as `tensorflow-cpu==2.21.0`. */
export function requirementOf({ file }: PinnedWheel): string {
  const [name = "", version = ""] = file.split("-");
  return `${name.replaceAll("_", "-")}==${version}`;
}

/** The platforms that the wheels' names carry, for pip. */
export const PLATFORMS = ["manylinux_2_27_x86_64", "manylinux2014_x86_64", "manylinux2010_x86_64"];

/** Whether the pinned wheels are for a machine like this one. */
export function pinnedWheelsFit(): boolean {
  return process.platform === "linux" && process.arch === "x64";
}

/**
 * Where bsweep takes TensorFlow from. A wheel's libtensorflow_cc.so.2 exports the whole C API that tfjs-node
 * needs. Both builds are of one version: the same graphs run on either.
 */
export const TENSORFLOW_WHEELS: Readonly<Record<Build, PinnedWheel>> = {
  cpu: {
    file: "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    megabytes: 274,
  },
  gpu: {
    file: "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    megabytes: 572,
  },
};

/** What pip resolves `tensorflow[and-cuda]==2.21.0` to: CUDA 12 and cuDNN 9. The driver is the host's. */
const CUDA_WHEELS: readonly PinnedWheel[] = [
  {
    file: "nvidia_cublas_cu12-12.9.3.13-py3-none-manylinux_2_27_x86_64.whl",
    sha256: "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72",
    megabytes: 581,
  },
  {
    file: "nvidia_cuda_cupti_cu12-12.8.90-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    sha256: "ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182",
    megabytes: 10,
  },
  {
    file: "nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
    sha256: "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0",
    megabytes: 41,
  },
  {
    file: "nvidia_cuda_nvrtc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
    sha256: "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4",
    megabytes: 90,
  },
  {
    file: "nvidia_cuda_runtime_cu12-12.9.79-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    sha256: "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3",
    megabytes: 3,
  },
  {
    file: "nvidia_cudnn_cu12-9.28.0.42-py3-none-manylinux_2_27_x86_64.whl",
    sha256: "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375",
    megabytes: 717,
  },
  {
    file: "nvidia_cufft_cu12-11.4.1.4-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    sha256: "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28",
    megabytes: 201,
  },
  {
    file: "nvidia_curand_cu12-10.3.10.19-py3-none-manylinux_2_27_x86_64.whl",
    sha256: "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e",
    megabytes: 68,
  },
  {
    file: "nvidia_cusolver_cu12-11.7.5.82-py3-none-manylinux_2_27_x86_64.whl",
    sha256: "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88",
    megabytes: 338,
  },
  {
    file: "nvidia_cusparse_cu12-12.5.10.65-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    sha256: "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78",
    megabytes: 366,
  },
  {
    file: "nvidia_nccl_cu12-2.32.3-py3-none-manylinux_2_27_x86_64.whl",
    sha256: "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c",
    megabytes: 352,
  },
  {
    file: "nvidia_nvjitlink_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl",
    sha256: "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9",
    megabytes: 40,
  },
];

/** The wheels of a build: TensorFlow's first. */
export function wheelsOf(build: Build): readonly [PinnedWheel, ...PinnedWheel[]] {
  return [TENSORFLOW_WHEELS[build], ...(build === "gpu" ? CUDA_WHEELS : [])];
}

export const ALL_WHEELS: readonly PinnedWheel[] = [...wheelsOf("cpu"), ...wheelsOf("gpu")];
