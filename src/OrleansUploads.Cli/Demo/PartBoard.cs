namespace OrleansUploads.Cli.Demo;

/// <summary>How far a part has come.</summary>
internal enum PartProgress : byte
{
    Waiting,
    Sending,
    Stored,
}

/// <summary>Which parts are where, for the screen and for the clients. Safe for all of them at once.</summary>
internal sealed class PartBoard
{
    private readonly Lock _gate = new();
    private readonly PartProgress[] _parts;
    private readonly Queue<int> _queue;

    /// <param name="partCount">How many parts there are.</param>
    /// <param name="order">Which parts to send, one after the other; some may come twice.</param>
    public PartBoard(int partCount, IEnumerable<int> order)
    {
        _parts = new PartProgress[partCount];
        _queue = new Queue<int>(order);
        Sendings = _queue.Count;
    }

    /// <summary>How many sendings there are in all, repetitions included.</summary>
    public int Sendings { get; }

    /// <summary>How many sendings were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>How many parts are stored.</summary>
    public int Stored { get; private set; }

    public int PartCount => _parts.Length;

    /// <summary>The next part to send; null where nothing is left.</summary>
    public int? Take()
    {
        lock (_gate)
        {
            if (!_queue.TryDequeue(out var part))
            {
                return null;
            }

            if (_parts[part] == PartProgress.Waiting)
            {
                _parts[part] = PartProgress.Sending;
            }

            return part;
        }
    }

    public void Acknowledge(int part)
    {
        lock (_gate)
        {
            Acknowledged++;
            Stored += _parts[part] == PartProgress.Stored ? 0 : 1;
            _parts[part] = PartProgress.Stored;
        }
    }

    /// <summary>The parts that were acknowledged.</summary>
    public IReadOnlyList<int> StoredParts()
    {
        var parts = Snapshot();
        return [.. Enumerable.Range(0, parts.Length).Where(part => parts[part] == PartProgress.Stored)];
    }

    /// <summary>A copy of all parts.</summary>
    public PartProgress[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _parts];
        }
    }
}
