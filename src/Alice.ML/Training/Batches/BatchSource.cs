using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Batches;

/// <summary>Divides rows into minibatches: training rows in a new order every epoch, other rows in their own
/// order.</summary>
internal abstract class BatchSource : IDisposable
{
    // Row numbers before they are shuffled. Null: those of the part, from the first on.
    private readonly int[]? _numbers;
    private readonly int[] _order;
    private readonly int _first;

    // Rows of each rank that has a share of every minibatch.
    private readonly int[] _shares;

    /// <param name="rows">The rows, with targets as labels. Not owned.</param>
    /// <param name="batchSize">Maximum number of rows of a minibatch, over all ranks.</param>
    /// <param name="isShared">Whether each minibatch has rows of all ranks.</param>
    protected BatchSource(RowSet rows, int batchSize, bool isShared = true)
    {
        (Rows, _numbers, _first) = (rows.Count, rows.Numbers, rows.Data.Start);
        Peers = isShared ? rows.Data.Peers : null;
        if (rows.Data.Features is FileFeatures file)
        {
            Blocks = new BlockOrder(rows, file);
            _order = [];
        }
        else
            _order = new int[Rows];
        Number();
        _shares = Peers?.Gather<int>([Rows]) ?? [Rows];
        Count = (_shares.Sum() + batchSize - 1) / batchSize;
        if (rows.Data.WeightArray is not null)
        {
            var sum = Enumerable.Range(0, rows.Data.Rows).Sum(row => (double)rows.Data.Weight(row));
            WeightScale = rows.Data.TotalRows / (rows.Data.Peers?.Sum(sum) ?? sum);
        }
    }

    /// <summary>The ranks that share each minibatch. Null: it has only rows of this rank.</summary>
    public Peers? Peers { get; }

    /// <summary>Number of rows of this rank.</summary>
    public int Rows { get; }

    /// <summary>Number of minibatches per epoch. Their sizes differ by at most one row, so that there is no small,
    /// noisy last minibatch.</summary>
    public int Count { get; }

    /// <summary>Number of this rank's rows in the largest minibatch.</summary>
    public int MostRows => (Rows + Count - 1) / Math.Max(1, Count);

    /// <summary>Row numbers in the current order. Empty if <see cref="Blocks"/> has the order.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>The order of rows in a file. Null for rows in memory.</summary>
    public BlockOrder? Blocks { get; }

    /// <summary>Factor on the example weights that makes their mean over the part 1.</summary>
    public double WeightScale { get; } = 1;

    /// <summary>Creates a source of plain memory for vector kernels, or of tensors.</summary>
    public static BatchSource Create(RowSet rows, int batchSize, TrainingSettings settings, bool isShared = true) =>
        settings.UsesKernels
        ? new KernelBatches(rows, batchSize, isShared)
        : new TensorBatches(rows, batchSize, settings.Device);

    /// <summary>Where part <paramref name="part"/> of <paramref name="parts"/> of something begins; the last one ends
    /// where the next would.</summary>
    public static int Start(int part, int parts, int whole) => (int)((long)part * whole / parts);

    /// <summary>Puts the rows in the order of a key.</summary>
    public virtual void Shuffle(ulong key)
    {
        Blocks?.Shuffle(key);
        Number();
        RowOrder.Shuffle(_order, key);
    }

    private void Number()
    {
        for (var place = 0; place < _order.Length; place++)
            _order[place] = _numbers?[place] ?? _first + place;
    }

    /// <summary>Creates a reader for networks with the same inputs. Each thread needs its own reader.</summary>
    /// <param name="inputs">Encoding of the inputs of the networks.</param>
    /// <param name="parts">Number of parts in which a minibatch is evaluated.</param>
    public abstract BatchReader Open(InputEncoding inputs, int parts = 1);

    public virtual void Dispose()
    {
    }

    /// <summary>Rows of a minibatch on all ranks, and those on the ranks before this one.</summary>
    public (int Rows, int Before) Whole(int index)
    {
        var (rows, before) = (0, 0);
        for (var rank = 0; rank < _shares.Length; rank++)
        {
            if (rank == Peers?.Rank)
                before = rows;
            rows += Start(index + 1, Count, _shares[rank]) - Start(index, Count, _shares[rank]);
        }
        return (rows, before);
    }

    /// <summary>The rows of a minibatch that are this rank's, by their places in the order.</summary>
    public (int From, int Count) Range(int index)
    {
        var from = Start(index, Count, Rows);
        return (from, Start(index + 1, Count, Rows) - from);
    }
}

/// <summary>Reads minibatches, with the inputs encoded for the networks.</summary>
internal abstract class BatchReader : IDisposable
{
    /// <summary>Reads a minibatch. It replaces the previous one.</summary>
    public abstract void Read(int index);

    public virtual void Dispose()
    {
    }
}
