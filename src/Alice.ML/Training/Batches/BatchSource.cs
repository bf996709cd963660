using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Batches;

/// <summary>Rows cut into minibatches: the training rows in a new order every epoch, or others in their
/// order.</summary>
internal abstract class BatchSource : IDisposable
{
    private readonly int[] _numbers;
    private readonly int[] _order;

    // Rows of each rank that has a share of every minibatch.
    private readonly int[] _shares;

    /// <param name="rows">The rows, labels being targets by now; not owned.</param>
    /// <param name="batchSize">Rows a minibatch, at most, on all ranks.</param>
    /// <param name="isShared">Whether each minibatch is of the rows of all ranks.</param>
    protected BatchSource(RowSet rows, int batchSize, bool isShared = true)
    {
        Rows = rows.Count;
        Peers = isShared ? rows.Data.Peers : null;
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
        _shares = Peers?.Gather<int>([Rows]) ?? [Rows];
        Count = (_shares.Sum() + batchSize - 1) / batchSize;
        if (rows.Data.WeightArray is not null)
        {
            var sum = Enumerable.Range(0, rows.Data.Rows).Sum(row => (double)rows.Data.Weight(row));
            WeightScale = rows.Data.TotalRows / (rows.Data.Peers?.Sum(sum) ?? sum);
        }
    }

    /// <summary>The ranks that share each minibatch; null: it is of this rank's rows alone.</summary>
    public Peers? Peers { get; }

    /// <summary>Rows of this rank.</summary>
    public int Rows { get; }

    /// <summary>Minibatches an epoch. Their sizes differ by one row at most, so that no small rest is noisy.</summary>
    public int Count { get; }

    /// <summary>Rows of the largest minibatch that are this rank's.</summary>
    public int MostRows => (Rows + Count - 1) / Math.Max(1, Count);

    /// <summary>Row numbers in the order of now; empty where <see cref="Blocks"/> has it.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>The order of rows in a file; null for rows in memory.</summary>
    public BlockOrder? Blocks { get; }

    /// <summary>What example weights are multiplied by, so that their mean over the part is 1.</summary>
    public double WeightScale { get; } = 1;

    /// <summary>Makes a source: of memory for vector kernels, or of tensors.</summary>
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

/// <summary>Reads one minibatch after the other, as the networks of one kind are given it.</summary>
internal abstract class BatchReader : IDisposable
{
    /// <summary>Reads a minibatch. What was read before is gone.</summary>
    public abstract void Read(int index);

    public virtual void Dispose()
    {
    }
}
