using System.Collections.Concurrent;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Engine.Embedded;

/// <summary>All entities in one process: a dictionary of runners over one journal.</summary>
/// <remarks>Entities that have been idle are dropped, by time and where there are too many, so memory follows the uploads in
/// use, not those ever seen.</remarks>
public sealed class EmbeddedHost : IEntityHost, IAsyncDisposable
{
    private readonly ConcurrentDictionary<EntityId, EntityCell> _cells = new();
    private readonly EntityCatalog _catalog;
    private readonly EmbeddedHostOptions _options;
    private readonly TimeProvider _time;
    private readonly CellPorts _ports;
    private readonly EntityMemory _memory;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _eviction;

    /// <summary>Starts a host. Nothing is loaded before it is asked for.</summary>
    /// <param name="catalog">The rules.</param>
    /// <param name="journal">Where the entities' histories are; this host does not dispose it.</param>
    /// <param name="parts">Where manifests go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">Figures.</param>
    /// <param name="notifier">Where messages of the end of jobs go; null for nowhere.</param>
    public EmbeddedHost(
        EntityCatalog catalog,
        IJournal journal,
        IPartStore parts,
        TimeProvider time,
        EmbeddedHostOptions? options = null,
        INotifier? notifier = null)
    {
        _catalog = catalog;
        _options = options ?? new EmbeddedHostOptions();
        _time = time;
        var stopping = _stopping.Token;
        _memory = new EntityMemory(_cells, _options.MaxIdleBytes);
        var delivery = new IntentDelivery(this, parts, notifier);
        _ports = new CellPorts(
            journal,
            (sender, action) => delivery.CarryOutAsync(sender, action, stopping),
            time,
            _options.WriteTimeout,
            stopping)
        {
            Grown = _memory.Grow,
        };
        _eviction = time.CreateTimer(
            static host => ((EmbeddedHost)host!).EvictIdle(), this, _options.IdleLife / 2, _options.IdleLife / 2);
    }

    /// <summary>How many entities are loaded.</summary>
    public int LoadedEntities => _cells.Count;

    /// <summary>What the loaded entities hold, as <see cref="EmbeddedHostOptions.MaxIdleBytes"/> counts it.</summary>
    public long HeldBytes => _memory.HeldBytes;

    /// <inheritdoc/>
    public ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
        AskAsync(entity, command, cancellationToken);

    /// <summary>Lets time act on an entity.</summary>
    public async ValueTask WakeAsync(EntityId entity, CancellationToken cancellationToken) =>
        await AskAsync(entity, command: null, cancellationToken);

    /// <summary>Drops the entities that have been idle for long, and the longest idle ones of the others where they are too
    /// many; they are read again when they are asked for.</summary>
    public void EvictIdle()
    {
        var idleSince = _time.GetTimestamp() - (long)(_options.IdleLife.TotalSeconds * _time.TimestampFrequency);
        foreach (var (entity, cell) in _cells)
        {
            _memory.TryDrop(entity, cell, idleSince);
        }

        _memory.MakeRoom();
    }

    /// <summary>Stops delivering; commands that are waiting are faulted. What was answered is durable already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _eviction.DisposeAsync();
        _stopping.Cancel();
        foreach (var cell in _cells.Values)
        {
            await cell.QuiesceAsync();
        }

        _stopping.Dispose();
    }

    private async ValueTask<object> AskAsync(EntityId entity, ICommand? command, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
        var ticket = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_cells.GetOrAdd(entity, static (id, host) => host.CreateCell(id), this).TrySubmit(ticket, command))
        {
            // The cell was retired between being found and being asked; the next one is fresh.
        }

        // Task.WaitAsync would do, but it hands such a ticket's answer over by way of the thread pool.
        using var giveUp = cancellationToken.UnsafeRegister(
            static (ticket, token) => ((TaskCompletionSource<object>)ticket!).TrySetCanceled(token), ticket);
        return await ticket.Task;
    }

    private EntityCell CreateCell(EntityId entity) => new(_catalog.CreateRunner(entity), _ports);
}
