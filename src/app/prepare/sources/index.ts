import { listFolder } from "../../../workspace/folder.ts";
import { join } from "node:path";
import { BsweepError } from "../../../core/errors.ts";
import { NPY_MAGIC } from "../../../formats/npy.ts";
import { openContent } from "../content.ts";
import { describeShape } from "../shape.ts";
import type { FromOptions, ImageSource, OpenSource } from "../source.ts";
import { openNpy, openNpz } from "./arrays.ts";
import { openAnyCsv, openCsvSource } from "./csv.ts";
import { findPictures } from "./class-folders.ts";
import type { PictureList } from "./pictures.ts";
import { openIdxContents, openIdxSource } from "./idx.ts";
import { chooseByName, isFolder, isHidden, openPlace, type Place, unknownForm } from "./place.ts";

/** A form in which data come. */
interface SourceForm {
  /** By the first bytes; the name tells nothing. */
  readonly recognise: (place: Place) => boolean;
  /** @throws BsweepError INVALID_DATA */
  readonly open: (place: Place, asked: FromOptions) => Promise<OpenSource>;
}

const PARQUET: SourceForm = {
  recognise: ({ head, file, content }) =>
    head.subarray(0, 4).toString() === "PAR1" && content.name === file,
  open: async ({ file }, asked) => {
    const { openParquet } = await import("./parquet.ts");
    return openPictureList(await openParquet(file, asked), asked);
  },
};

/** Decoders take longer to load than small data of other forms to pack. */
async function openPictureList(list: PictureList, asked: FromOptions): Promise<OpenSource> {
  const { openPictures } = await import("./pictures.ts");
  return openPictures(list, asked);
}

/** The first that recognises a file opens it. */
const FORMS: readonly SourceForm[] = [
  {
    recognise: ({ arrays }) => arrays !== undefined,
    open: ({ file, arrays = [] }, asked) => openNpz(file, arrays, asked),
  },
  {
    recognise: ({ head }) => head.subarray(0, NPY_MAGIC.length).equals(NPY_MAGIC),
    open: ({ content }, asked) => openNpy(content, asked),
  },
  PARQUET,
  {
    recognise: ({ head }) => head[0] === 0 && head[1] === 0 && head[2] === 8 && head[3] !== 0,
    open: openIdxPlace,
  },
  {
    recognise: ({ kind }) => kind === undefined,
    open: ({ content }, asked) => openAnyCsv(content, asked),
  },
];

/**
 * Opens what a person has named, and says what it is where that had to be found out.
 * @throws BsweepError INVALID_DATA
 */
export async function openImageSource(source: ImageSource): Promise<OpenSource> {
  if (source.kind === "csv") return openCsvSource(source);
  if (source.kind === "idx") return openIdxSource(source);
  const { from, resize } = source;
  const folder = isFolder(from);
  const pictures = folder ? findPictures(from, source) : undefined;
  if (pictures !== undefined) return openPictureList(pictures, source);
  const file = folder
    ? join(
        from,
        chooseByName(
          from,
          listFolder(from)
            .sort()
            .filter((name) => !isHidden(name)),
          source,
        ),
      )
    : from;
  const place = await openPlace(file, source);
  const form = FORMS.find(({ recognise }) => recognise(place));
  if (form === undefined) throw unknownForm(file, place.kind ?? "");
  if (resize !== undefined && form !== PARQUET)
    throw new BsweepError("USAGE", "--resize belongs to pictures: PNG and JPEG files, and Parquet");
  return form.open(place, source);
}

async function openIdxPlace(
  { content, name, openBeside }: Place,
  { labels, labelColumn }: FromOptions,
): Promise<OpenSource> {
  const named = labels === undefined ? undefined : await openContent(labels);
  const beside = name.replace("images", "labels").replace(/idx[34]/, "idx1");
  const found = beside === name || labelColumn === "none" ? undefined : await openBeside(beside);
  const open = await openIdxContents(content, named ?? found, true);
  const told = open.labelled ? `labels in ${labels ?? beside}` : "no labels";
  return { ...open, found: `IDX: images of ${describeShape(open.shape)}; ${told}` };
}
