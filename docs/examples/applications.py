# %% [markdown]
# Applications received per year, from the panel that `gouji panel` wrote.
# Needs pandas, pyarrow and matplotlib: pip install pandas pyarrow matplotlib

# %%
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")  # draws to a file; leave this out in a notebook
import matplotlib.pyplot as plt
import pandas as pd

folder, picture = Path(sys.argv[1]), Path(sys.argv[2])
panel = pd.read_parquet(folder / "panel.parquet")

# %% A value is null unless it is sound; its status says why. Nothing is dropped unseen.
panel["applications"] = panel["received"].astype(float)
print(panel["received__status"].value_counts().to_string(), "\n")

# %% Per year: the sum, of how many bodies, and how many more reported without a sound figure.
years = panel.groupby("year").agg(
    applications=("applications", "sum"),
    bodies=("applications", "count"),
    open=("applications", lambda values: int(values.isna().sum())),
)
print(years.astype(int).to_string())

# %% A sum over other bodies each year says little of any trend: the median body says more, the number of bodies most.
figure, axes = plt.subplots(figsize=(8, 4))
axes.bar(years.index, years["applications"], color="#4472c4")
for year, row in years.iterrows():
    label = f"{row['bodies']:.0f} of {row['bodies'] + row['open']:.0f}"
    axes.annotate(label, (year, row["applications"]), ha="center", va="bottom", fontsize=7)
axes.set_yscale("log")
axes.set_xticks(years.index, [str(year) for year in years.index])
axes.set_xlabel("year")
axes.set_ylabel("applications received (log)")
axes.set_title("Applications received, and how many of the bodies at hand have a sound figure")
figure.tight_layout()
figure.savefig(picture)
