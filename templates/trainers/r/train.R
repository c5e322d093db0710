# An ordinary script that knows nothing of bsweep: it predicts the ozone over New York (R's own `airquality`) and tells how
# well by cross-validation. It needs R alone.

# --model=loess --span=0.5: a list of values by name.
words <- strsplit(sub("^--", "", commandArgs(trailingOnly = TRUE)), "=", fixed = TRUE)
given <- setNames(lapply(words, function(word) type.convert(word[2], as.is = TRUE)), vapply(words, `[`, "", 1))
usual <- list(model = "polynomial", degree = 1, span = 0.75, terms = 2, log = FALSE, folds = 10, out = NA)
options <- modifyList(usual, given)

data <- na.omit(airquality[c("Ozone", "Solar.R", "Wind", "Temp")])
# The logarithm of what is predicted, if asked for.
forward <- if (options$log) log else identity
backward <- if (options$log) exp else identity

fit <- function(rows) {
  rows$Ozone <- forward(rows$Ozone)
  switch(options$model,
    polynomial = lm(Ozone ~ poly(Solar.R, Wind, Temp, degree = options$degree), rows),
    # "direct": it has an answer outside of the rows it was fitted to, too.
    loess = loess(Ozone ~ Solar.R + Wind + Temp, rows, span = options$span, degree = options$degree,
                  control = loess.control(surface = "direct")),
    ppr = ppr(Ozone ~ Solar.R + Wind + Temp, data = rows, nterms = options$terms),
    stop("no such model: ", options$model)
  )
}

# The same folds for all, whatever the parameters.
set.seed(1)
folds <- sample(rep_len(seq_len(options$folds), nrow(data)))
errors <- c()
for (fold in seq_len(options$folds)) {
  left_out <- data[folds == fold, ]
  errors <- c(errors, backward(predict(fit(data[folds != fold, ]), left_out)) - left_out$Ozone)
  cat(sprintf("fold %d of %d: rmse %.4f, mae %.4f\n", fold, options$folds, sqrt(mean(errors^2)), mean(abs(errors))))
}

# The model of all rows, in the folder that --out names.
if (!is.na(options$out)) saveRDS(fit(data), file.path(options$out, "model.rds"))
