using System.Security.Cryptography;
using System.Text.Json;
using Orleans.Concurrency;
using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Hosting;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Core;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Cluster.Entities;

/// <summary>The grain of an entity: a cell on the activation's scheduler, and no rule of its own.</summary>
/// <remarks>It is reentrant, so that commands queue up in the runner while a write is in flight and share the next one. Two
/// activations may be there at once; the journal's ETag decides between them.</remarks>
[Reentrant]
public abstract class EntityGrain : Grain, IEntityGrain, IRemindable, IDisposable
{
    private readonly WakingJournal _journal;
    private readonly EntityCell _cell;
    private readonly CancellationTokenSource _stopping = new();

    /// <param name="kind">The kind of entity.</param>
    /// <param name="ports">What is around it.</param>
    private protected EntityGrain(EntityKind kind, EntityGrainPorts ports)
    {
        Ports = ports;
        Entity = new EntityId(kind, this.GetPrimaryKeyString());
        var journal = new GrainStorageJournal(
            ports.Storage,
            this.GetGrainId(),
            Entity,
            StreamOf(kind),
            static () => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        var reminder = new WakeReminder(
            ports.Reminders, this.GetGrainId(), ports.Time, ports.Options.WakeInterval);
        _journal = new WakingJournal(journal, reminder, ports.Time);
        var stopping = _stopping.Token;
        _cell = new EntityCell(ports.Catalog.CreateRunner(Entity), new CellPorts(
            _journal,
            (sender, action) => ports.Delivery.CarryOutAsync(sender, action, stopping),
            ports.Time,
            ports.Options.WriteTimeout,
            stopping));
    }

    /// <summary>What is around the grain.</summary>
    private protected EntityGrainPorts Ports { get; }

    /// <summary>Which entity this is.</summary>
    private protected EntityId Entity { get; }

    /// <inheritdoc/>
    public async ValueTask<EntityReply> AskAsync(EntityMessage command)
    {
        try
        {
            return new EntityReply(Messages.Pack(await AskAsync((ICommand)Messages.Unpack(command))), Unavailable: null);
        }
        catch (EntityUnavailableException fault)
        {
            // The cause stays on this silo: its type may mean nothing to whoever asked.
            ClusterLog.Unavailable(Ports.Log, Entity, fault);
            return new EntityReply(default, fault.Message);
        }
        catch (JsonException fault)
        {
            return new EntityReply(default, $"{Entity}: the command comes from another version: {fault.Message}");
        }
    }

    /// <inheritdoc/>
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            await SubmitAsync(command: null);
            await _journal.SettleAsync();
        }
        catch (Exception fault) when (fault is EntityUnavailableException or OrleansException or TimeoutException)
        {
            // The reminder stays, so the next tick tries again.
            ClusterLog.TickFailed(Ports.Log, Entity, fault);
        }
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _cell.QuiesceAsync().WaitAsync(cancellationToken).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Current);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the entity a command.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    private protected Task<object> AskAsync(ICommand command) => SubmitAsync(command);

    /// <summary>Lets go of what belongs to the activation.</summary>
    /// <param name="disposing">Whether it is not the finalizer that calls.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stopping.Dispose();
        }
    }

    /// <summary>State names are unique for each kind: some providers' keys leave the kind of grain out.</summary>
    private static string StreamOf(EntityKind kind) => kind switch
    {
        EntityKind.Account => "ou-account",
        EntityKind.Vault => "ou-vault",
        EntityKind.ArchiveShard => "ou-shard",
        EntityKind.Jobs => "ou-jobs",
        EntityKind.Upload => "ou-upload",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of entity."),
    };

    private Task<object> SubmitAsync(ICommand? command)
    {
        var ticket = new TaskCompletionSource<object>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _cell.TrySubmit(ticket, command)
            ? ticket.Task
            : throw new InvalidOperationException($"{Entity} was retired, which grains never are.");
    }
}
