#!/bin/sh
# Sweeps without pruning for replay.py: 2 datasets × 3 seeds × 30 trials. The same command again goes on.
#   experiments/pruners/record.sh [MORE OVERRIDES…]
set -e
for seed in 1 2 3; do
    for data in \
        "names dataset=names dataset.limit=80000 dataset.batch_size=32" \
        "text dataset=text dataset.limit=150000 dataset.batch_size=8"; do
        name=${data%% *}
        python train.py -m sweep=optuna sweep.name="pruners_${name}_$seed" ${data#* } \
            sweep.pruner=none sweep.sampler=random sweep.seed="$seed" seed="$seed" sweep.workers=2 \
            'model.hidden_size=choice(64,128,192)' 'optimizer.lr=tag(log,interval(1e-3,1e-2))' trainer.validate_every=0.25 "$@"
    done
done
