using System.Text.Json;
using Orleans.Concurrency;
using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Cluster.Entities;

/// <summary>The grain of an entity. It runs an <see cref="EntityActivation"/> on the grain's scheduler and contains no rules.</summary>
/// <remarks>The grain is reentrant, so commands that arrive during a write queue up in the runner and share the next write. Two
/// activations of the same grain can exist at the same time. The journal fences the outdated one.</remarks>
[Reentrant]
[GroupPlacement]
public abstract class EntityGrain : Grain, IEntityGrain, IRemindable
{
    private readonly IJournal _journal;
    private readonly EntityActivation _activation;

    private protected EntityGrain(EntityKind kind, EntityGrainPorts ports)
    {
        Ports = ports;
        Entity = new EntityId(kind, this.GetPrimaryKeyString());
        _journal = ports.Journals.Open(Entity, this.GetGrainId());
        var stopping = Stopping.Token;
        _activation = new EntityActivation(ports.Catalog.CreateRunner(Entity), new ActivationPorts(
            _journal,
            (sender, action) => ports.Delivery.CarryOutAsync(sender, action, stopping),
            ports.Options.Time,
            ports.Clock,
            ports.Options.WriteTimeout,
            ports.EngineLog,
            stopping));
    }

    /// <summary>Cancelled when the activation ends. Never disposed, because a delivery may still ask for the token.</summary>
    private CancellationTokenSource Stopping { get; } = new();

    private protected EntityGrainPorts Ports { get; }

    private protected EntityId Entity { get; }

    public async ValueTask<EntityReply> AskAsync(EntityMessage command)
    {
        CallerRequest.Continue();
        ClusterLog.Asked(Ports.Log, Entity, command.Name);
        if (!CallerStore.Is(Ports.Parts))
        {
            return new EntityReply(
                default, $"{Entity} is not asked by a process that keeps its bytes in another store. The store of the cluster has changed; "
                + "restart that process.");
        }

        try
        {
            return new EntityReply(Messages.Pack(await AskAsync(Messages.Unpack<ICommand>(command))), Unavailable: null);
        }
        catch (EntityUnavailableException fault)
        {
            return ReplyOf(fault);
        }
        catch (JsonException fault)
        {
            return new EntityReply(default, $"{Entity} cannot read the command, which may come from another version: {fault.Message}");
        }
    }

    public async ValueTask<EntityReply[]> AskAllAsync(EntityMessage[] commands) =>
        await Task.WhenAll(commands.Select(command => AskAsync(command).AsTask()));

    public async ValueTask<EntityReply> WakeAsync()
    {
        try
        {
            await SubmitAsync(command: null);
            return default;
        }
        catch (EntityUnavailableException fault)
        {
            return ReplyOf(fault);
        }
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        try
        {
            await SubmitAsync(command: null);
            await ((ReminderJournal)_journal).UpdateReminderAfterTickAsync();
        }
        catch (Exception fault) when (fault is EntityUnavailableException or OrleansException or TimeoutException)
        {
            // The reminder stays registered, so the next tick tries again.
            ClusterLog.TickFailed(Ports.Log, Entity, FaultText.Describe(fault));
        }
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await Stopping.CancelAsync();
        await _activation.QuiesceAsync().WaitAsync(cancellationToken).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Current);
    }

    /// <summary>Sends the entity a command.</summary>
    /// <exception cref="EntityUnavailableException">The outcome is unknown; repeating the command is safe.</exception>
    private protected Task<IAnswer> AskAsync(ICommand command) => SubmitAsync(command);

    /// <summary>Waits until the entity has ended, which may not be durable yet, or until the activation ends.</summary>
    private protected async ValueTask AwaitEndAsync(TimeSpan atMost)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Stopping.Token, Ports.Departure.Leaving);
        await _activation.End.WaitAsync(atMost, Ports.Options.Time, ending.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Whether a grain could not answer because it, another grain or the owner of its reminder moves to another silo, which ends
    /// when the cluster has replaced the silo. A database that does not answer is another matter.</summary>
    internal static bool IsFailover(EntityUnavailableException fault)
    {
        for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is EntityUnavailableException { IsFailover: true } or OrleansMessageRejectionException or SiloUnavailableException)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The exception is logged here and not sent, because the caller may not have its type.</summary>
    private EntityReply ReplyOf(EntityUnavailableException fault)
    {
        Ports.LogUnavailable(Entity, fault);
        return new EntityReply(
            default, FaultText.DescribeReason(fault), IsFailover(fault), fault.IsRefused, fault.InnerException is JournalDamagedException);
    }

    private async Task<IAnswer> SubmitAsync(ICommand? command)
    {
        using var ticket = new CommandTicket(Entity, command);
        if (!_activation.TrySubmit(ticket, command))
        {
            throw new InvalidOperationException($"{Entity} was retired. Activations of grains are never retired.");
        }

        try
        {
            return (await ticket.Task.WaitAsync(Ports.Departure.Leaving)).Answer;
        }
        catch (OperationCanceledException) when (Ports.Departure.Leaving.IsCancellationRequested)
        {
            throw new EntityUnavailableException(Entity, "its silo is leaving the cluster; try again.") { IsFailover = true };
        }
    }
}
