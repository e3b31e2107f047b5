namespace OrleansUploads.Cli.Demo;

/// <summary>The state of a part.</summary>
internal enum PartProgress : byte
{
    Waiting,
    Sending,
    Stored,
}

/// <summary>The queue of parts to send and the state of each part. Thread-safe.</summary>
internal sealed class PartBoard
{
    private readonly Lock _gate = new();
    private readonly PartProgress[] _parts;
    private readonly Queue<int> _queue;

    /// <param name="partCount">The number of parts.</param>
    /// <param name="order">The parts to send, in order. A part may occur twice.</param>
    public PartBoard(int partCount, IEnumerable<int> order)
    {
        _parts = new PartProgress[partCount];
        _queue = new Queue<int>(order);
        TotalSends = _queue.Count;
    }

    /// <summary>The total number of parts to send, including duplicates.</summary>
    public int TotalSends { get; }

    /// <summary>The number of acknowledged sends, including duplicates.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>The number of stored parts.</summary>
    public int Stored { get; private set; }

    public int PartCount => _parts.Length;

    /// <summary>Takes the next part to send from the queue, or null if the queue is empty.</summary>
    public int? TakeNextPart()
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

    /// <summary>Returns the numbers of the stored parts.</summary>
    public IReadOnlyList<int> StoredParts()
    {
        var parts = Snapshot();
        return [.. Enumerable.Range(0, parts.Length).Where(part => parts[part] == PartProgress.Stored)];
    }

    /// <summary>Returns a copy of the state of all parts.</summary>
    public PartProgress[] Snapshot()
    {
        lock (_gate)
        {
            return [.. _parts];
        }
    }
}
