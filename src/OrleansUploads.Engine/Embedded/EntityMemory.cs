using System.Collections.Concurrent;
using OrleansUploads.Core;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Engine.Embedded;

/// <summary>What the loaded entities hold, and the bound on what the idle ones among them may.</summary>
/// <remarks>Nothing is ordered while commands come and go: they only add to a counter. The order in which cells were asked is
/// looked at where there are too many, and then so many are dropped at once that the next look is far away.</remarks>
/// <param name="cells">The loaded entities; shared with the host.</param>
/// <param name="maxIdleBytes">See <see cref="EmbeddedHostOptions.MaxIdleBytes"/>.</param>
internal sealed class EntityMemory(ConcurrentDictionary<EntityId, EntityCell> cells, long maxIdleBytes)
{
    private long _heldBytes;
    private long _slackBytes;
    private int _makingRoom;

    /// <summary>What all loaded entities hold.</summary>
    public long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>A cell holds so much more, or less, than before.</summary>
    public void Grow(long bytes)
    {
        if (Interlocked.Add(ref _heldBytes, bytes) > maxIdleBytes + Interlocked.Read(ref _slackBytes) && bytes > 0)
        {
            MakeRoom();
        }
    }

    /// <summary>Drops a cell if it is idle and was not asked since a timestamp.</summary>
    public bool TryDrop(EntityId entity, EntityCell cell, long idleSince)
    {
        if (!cell.TryRetire(idleSince) || !cells.TryRemove(new KeyValuePair<EntityId, EntityCell>(entity, cell)))
        {
            return false;
        }

        Interlocked.Add(ref _heldBytes, -cell.HeldBytes);
        return true;
    }

    /// <summary>Drops the longest idle cells while all hold too much, down to three quarters of the bound.</summary>
    public void MakeRoom()
    {
        if (HeldBytes <= maxIdleBytes || Interlocked.Exchange(ref _makingRoom, 1) == 1)
        {
            return;
        }

        try
        {
            DropOldest();

            // Where most are in use, looking again pays only after there are many more.
            var slack = HeldBytes - (maxIdleBytes / 4 * 3);
            Interlocked.Exchange(ref _slackBytes, Math.Max(0, slack));
        }
        finally
        {
            Volatile.Write(ref _makingRoom, 0);
        }
    }

    private void DropOldest()
    {
        var byAge = new List<(long LastAskedAt, EntityId Entity, EntityCell Cell)>();
        foreach (var (entity, cell) in cells)
        {
            byAge.Add((cell.LastAskedAt, entity, cell));
        }

        byAge.Sort(static (one, other) => one.LastAskedAt.CompareTo(other.LastAskedAt));
        foreach (var (lastAskedAt, entity, cell) in byAge)
        {
            if (HeldBytes <= maxIdleBytes / 4 * 3)
            {
                return;
            }

            TryDrop(entity, cell, lastAskedAt);
        }
    }
}
