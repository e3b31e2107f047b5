using System.Collections.Concurrent;

namespace OrleansUploads.Engine.Embedded;

/// <summary>Counts the bytes that the loaded entities hold, and removes idle ones if they hold too much.</summary>
/// <remarks>Commands only add to a counter and keep no order. The activations are sorted by their last command only when they hold
/// too much, and then enough are removed that this stays rare.</remarks>
/// <param name="activations">The loaded entities; shared with the host.</param>
/// <param name="maxIdleBytes">See <see cref="EmbeddedHostOptions.MaxIdleBytes"/>.</param>
internal sealed class EntityMemory(ConcurrentDictionary<EntityId, EntityActivation> activations, long maxIdleBytes)
{
    private long _heldBytes;
    private long _slackBytes;
    private int _makingRoom;

    /// <summary>The number of bytes that all loaded entities hold.</summary>
    public long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>Records that an activation holds more bytes than before, or fewer if the number is negative.</summary>
    public void Grow(long bytes)
    {
        if (Interlocked.Add(ref _heldBytes, bytes) > maxIdleBytes + Interlocked.Read(ref _slackBytes) && bytes > 0)
        {
            MakeRoom();
        }
    }

    /// <summary>Removes an activation if it is idle and got no command since a timestamp.</summary>
    public void TryDrop(EntityId entity, EntityActivation activation, long idleSince)
    {
        if (activation.TryRetire(idleSince))
        {
            Remove(entity, activation);
        }
    }

    /// <summary>Removes an activation if it is idle and only scans have asked it. The garbage collector frees a state that lives for
    /// such a short time at little cost.</summary>
    public void TryDropScanned(EntityId entity)
    {
        if (activations.TryGetValue(entity, out var activation) && activation.TryRetireScanned())
        {
            Remove(entity, activation);
        }
    }

    /// <summary>If all activations hold too much, removes the longest idle ones until the others hold three quarters of the limit.</summary>
    public void MakeRoom()
    {
        if (HeldBytes <= maxIdleBytes || Interlocked.Exchange(ref _makingRoom, 1) == 1)
        {
            return;
        }

        try
        {
            DropOldest();

            // If most are in use, another attempt is worthwhile only after many more have been loaded.
            var slack = HeldBytes - (maxIdleBytes / 4 * 3);
            Interlocked.Exchange(ref _slackBytes, Math.Max(0, slack));
        }
        finally
        {
            Volatile.Write(ref _makingRoom, 0);
        }
    }

    private void Remove(EntityId entity, EntityActivation retired)
    {
        if (activations.TryRemove(new KeyValuePair<EntityId, EntityActivation>(entity, retired)))
        {
            Interlocked.Add(ref _heldBytes, -retired.HeldBytes);
        }
    }

    private void DropOldest()
    {
        var byAge = new List<(long LastAskedAt, EntityId Entity, EntityActivation Activation)>();
        foreach (var (entity, activation) in activations)
        {
            byAge.Add((activation.LastAskedAt, entity, activation));
        }

        byAge.Sort(static (one, other) => one.LastAskedAt.CompareTo(other.LastAskedAt));
        foreach (var (lastAskedAt, entity, activation) in byAge)
        {
            if (HeldBytes <= maxIdleBytes / 4 * 3)
            {
                return;
            }

            TryDrop(entity, activation, lastAskedAt);
        }
    }
}
