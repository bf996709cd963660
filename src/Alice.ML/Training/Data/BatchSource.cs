using Alice.ML.Training.Inputs;

namespace Alice.ML.Training.Data;

/// <summary>Rows cut into minibatches: the training rows in a new order every epoch, or others in their
/// order.</summary>
internal abstract class BatchSource : IDisposable
{
    private readonly int[] _numbers;
    private readonly int[] _order;

    /// <param name="rows">The rows, labels being targets by now; not owned.</param>
    /// <param name="batchSize">Rows a minibatch, at most.</param>
    protected BatchSource(RowSet rows, int batchSize)
    {
        Rows = rows.Count;
        if (rows.Data.Features is FileFeatures file)
        {
            Blocks = new BlockOrder(rows, file);
            (_numbers, _order) = ([], []);
        }
        else
        {
            _numbers = rows.InOrder();
            _order = [.. _numbers];
        }
        Count = (Rows + batchSize - 1) / batchSize;
        if (rows.Data.WeightArray is not null)
            WeightScale = rows.Data.Rows / Enumerable.Range(0, rows.Data.Rows)
                .Sum(row => (double)rows.Data.Weight(row));
    }

    /// <summary>Rows in all.</summary>
    public int Rows { get; }

    /// <summary>Minibatches an epoch. Their sizes differ by one row at most, so that no small rest is noisy.</summary>
    public int Count { get; }

    /// <summary>Rows of the largest minibatch.</summary>
    public int MostRows => (Rows + Count - 1) / Count;

    /// <summary>Row numbers in the order of now; empty where <see cref="Blocks"/> has it.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>The order of rows in a file; null for rows in memory.</summary>
    public BlockOrder? Blocks { get; }

    /// <summary>What example weights are multiplied by, so that their mean over the part is 1.</summary>
    public double WeightScale { get; } = 1;

    /// <summary>Makes a source: of memory for vector kernels, or of tensors.</summary>
    public static BatchSource Create(RowSet rows, int batchSize, TrainingSettings settings) =>
        settings.UsesKernels ? new KernelBatches(rows, batchSize) : new TensorBatches(rows, batchSize, settings.Device);

    /// <summary>Where part <paramref name="part"/> of <paramref name="parts"/> of something begins; the last one ends
    /// where the next would.</summary>
    public static int Start(int part, int parts, int whole) => (int)((long)part * whole / parts);

    /// <summary>Puts the rows in the order of a key.</summary>
    public virtual void Shuffle(ulong key)
    {
        Blocks?.Shuffle(key);
        _numbers.CopyTo(_order, 0);
        RowOrder.Shuffle(_order, key);
    }

    /// <summary>Makes a reader for networks with the same inputs. One reader serves one thread.</summary>
    /// <param name="inputs">What the networks are given.</param>
    /// <param name="parts">Parts that a minibatch is evaluated in.</param>
    public abstract BatchReader Open(InputEncoding inputs, int parts = 1);

    public virtual void Dispose()
    {
    }

    /// <summary>The rows of a minibatch, by their places in the order.</summary>
    public (int From, int Count) Range(int index)
    {
        var from = Start(index, Count, Rows);
        return (from, Start(index + 1, Count, Rows) - from);
    }
}

/// <summary>Reads one minibatch after the other, as the networks of one kind are given it.</summary>
internal abstract class BatchReader : IDisposable
{
    /// <summary>Reads a minibatch. What was read before is gone.</summary>
    public abstract void Read(int index);

    public virtual void Dispose()
    {
    }
}
