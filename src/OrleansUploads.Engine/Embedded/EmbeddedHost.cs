using System.Collections.Concurrent;
using OrleansUploads.Engine.Intents;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Engine.Embedded;

/// <summary>All entities in one process: a dictionary of activations over one journal.</summary>
/// <remarks>Idle entities are removed from memory after some time, or earlier if they hold too much. Memory therefore depends on the
/// number of uploads in use, not on the number ever seen.</remarks>
public sealed class EmbeddedHost : IEntityHost, IUploadEnds, IAsyncDisposable
{
    /// <summary>If a journal write takes longer than this, its outcome is unknown.</summary>
    public static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<EntityId, EntityActivation> _activations = new();
    private readonly EntityCatalog _catalog;
    private readonly EmbeddedHostOptions _options;
    private readonly TimeProvider _time;
    private readonly ActivationPorts _ports;
    private readonly EntityMemory _memory;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _eviction;

    /// <summary>Starts a host. Entities are loaded when they get their first command.</summary>
    /// <param name="journal">Keeps the histories of the entities; the host does not dispose it.</param>
    /// <param name="parts">Keeps the manifests.</param>
    /// <param name="meter">Measures the output of inventory jobs, or null if no job needs it.</param>
    /// <param name="clock">The clock by which entities decide, or null for a service that is always running.</param>
    /// <param name="log">Logs failures of background work; null to log nothing.</param>
    /// <param name="events">Receives the ends of uploads, or null to tell none. The catalog's policy must be the same.</param>
    public EmbeddedHost(
        EntityCatalog catalog,
        IJournal journal,
        IPartStore parts,
        TimeProvider time,
        EmbeddedHostOptions? options = null,
        INotifier? notifier = null,
        IInventoryMeter? meter = null,
        IServiceClock? clock = null,
        EngineLog? log = null,
        IUploadEvents? events = null)
    {
        _catalog = catalog;
        _options = options ?? new EmbeddedHostOptions();
        _time = time;
        Clock = clock ?? new ContinuousClock(time);
        var stopping = _stopping.Token;
        _memory = new EntityMemory(_activations, _options.MaxIdleBytes);
        Keys = new KeyIndex(this);
        var delivery = new IntentDelivery(this, parts, Keys, notifier, meter, events, time, log);
        _ports = new ActivationPorts(
            journal,
            (sender, action) => delivery.CarryOutAsync(sender, action, stopping),
            time,
            Clock,
            WriteTimeout,
            log ?? EngineLog.None,
            stopping)
        {
            Grown = _memory.Grow,
        };
        _eviction = time.CreateTimer(
            static host => ((EmbeddedHost)host!).EvictIdle(), this, _options.IdleLife / 2, _options.IdleLife / 2);
    }

    /// <summary>The clock by which the entities decide.</summary>
    public IServiceClock Clock { get; }

    public KeyIndex Keys { get; }

    public int LoadedEntities => _activations.Count;

    /// <summary>What the loaded entities hold, in bytes, counted as in <see cref="EmbeddedHostOptions.MaxIdleBytes"/>.</summary>
    public long HeldBytes => _memory.HeldBytes;

    public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken) =>
        AskAsync(entity, command, cancellationToken);

    /// <summary>Lets an entity act on the time that has passed. Waking an entity that has nothing to do changes nothing.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; waking the entity again is safe.</exception>
    public async ValueTask WakeAsync(EntityId entity, CancellationToken cancellationToken) =>
        await AskAsync(entity, command: null, cancellationToken);

    public async ValueTask AwaitEndAsync(UploadId upload, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var wait = _activations.TryGetValue(upload.Entity, out var activation)
            ? activation.End.WaitAsync(atMost, _time, cancellationToken)
            : Task.Delay(atMost, _time, cancellationToken);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Removes entities from memory that were idle for too long, and the longest idle ones if all together hold too
    /// much.</summary>
    public void EvictIdle()
    {
        var idleSince = _time.GetTimestamp() - (long)(_options.IdleLife.TotalSeconds * _time.TimestampFrequency);
        foreach (var (entity, activation) in _activations)
        {
            _memory.TryDrop(entity, activation, idleSince);
        }

        _memory.MakeRoom();
    }

    /// <summary>Stops deliveries. Commands that are waiting fail; everything that was answered is durable already.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _eviction.DisposeAsync();
        _stopping.Cancel();
        foreach (var activation in _activations.Values)
        {
            await activation.QuiesceAsync();
            activation.FailWaiting();
        }

        _stopping.Dispose();
    }

    private ValueTask<TrackedAnswer> AskAsync(EntityId entity, ICommand? command, CancellationToken cancellationToken)
    {
        if (EngineTracing.IsOn || command is IScans)
        {
            return AskAndFollowUpAsync(entity, command, cancellationToken);
        }

        // Most commands need nothing after their answer, so they do without their own state machine.
        var ticket = CommandTicket.Untraced();
        Submit(ticket, entity, command, cancellationToken);
        return new ValueTask<TrackedAnswer>(ticket.Task);
    }

    private async ValueTask<TrackedAnswer> AskAndFollowUpAsync(
        EntityId entity, ICommand? command, CancellationToken cancellationToken)
    {
        using var ticket = new CommandTicket(entity, command);
        Submit(ticket, entity, command, cancellationToken);
        var answer = await ticket.Task;
        if (command is IScans scan && scan.IsDoneAfter(answer.Answer))
        {
            _memory.TryDropScanned(entity);
        }

        return answer;
    }

    private void Submit(CommandTicket ticket, EntityId entity, ICommand? command, CancellationToken cancellationToken)
    {
        if (_stopping.IsCancellationRequested)
        {
            ticket.Fail(new ObjectDisposedException(GetType().FullName));
            return;
        }

        while (!_activations.GetOrAdd(entity, static (id, host) => host.Activate(id), this).TrySubmit(ticket, command))
        {
            // The activation was retired after it was found. The next one is new.
        }

        // Task.WaitAsync would pass the answer through the thread pool.
        ticket.GiveUpOn(cancellationToken);
    }

    private EntityActivation Activate(EntityId entity) => new(_catalog.CreateRunner(entity), _ports);
}

public sealed record EmbeddedHostOptions
{
    /// <summary>An entity that got no command for this long is removed from memory; it may take half as long again.</summary>
    public TimeSpan IdleLife { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The default of <see cref="MaxIdleBytes"/>: 32 MiB. The leaves of 40,000 keys take 20 MiB.</summary>
    public const long DefaultMaxIdleBytes = 32L * 1024 * 1024;

    /// <summary>While all loaded entities together hold more than this, idle ones are removed early, the longest idle ones first. The
    /// memory of an entity is estimated: 4 KiB, and for each byte of its history in the journal one byte, or two in a leaf of an
    /// index; it may be half as much again. Entities in use are never removed and may exceed the limit.</summary>
    public long MaxIdleBytes { get; init; } = DefaultMaxIdleBytes;
}

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

    public long HeldBytes => Interlocked.Read(ref _heldBytes);

    /// <summary>Records that an activation holds more bytes than before, or fewer if the number is negative.</summary>
    public void Grow(long bytes)
    {
        if (Interlocked.Add(ref _heldBytes, bytes) > maxIdleBytes + Interlocked.Read(ref _slackBytes) && bytes > 0)
        {
            MakeRoom();
        }
    }

    /// <summary>Removes an activation if it is idle and got no command since the timestamp.</summary>
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
