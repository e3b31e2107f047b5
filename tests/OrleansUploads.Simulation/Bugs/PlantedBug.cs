namespace OrleansUploads.Simulation.Bugs;

/// <summary>A plausible mistake, wrapped around the real code. The base class changes nothing.</summary>
internal class PlantedBug
{
    public virtual Decider<TState, TCommand, TEvent> Alter<TState, TCommand, TEvent>(Decider<TState, TCommand, TEvent> rules)
        where TState : class
        where TCommand : class, ICommand
        where TEvent : class => rules;

    public virtual EntityRunner Alter(EntityRunner runner) => runner;

    public virtual IJournal Alter(IJournal journal, SimulatedWorld world) => journal;

    public virtual IPartStore Alter(IPartStore parts) => parts;

    public virtual ValueTask<CollectionReport> CollectAsync(SimulatedProcess process, TimeSpan grace) =>
        process.Engine.Collector.CollectAsync(grace, CancellationToken.None);

    /// <summary>Whether the part store replaces what a node has written when it writes again.</summary>
    public virtual bool StoreReplaces => false;

    public virtual ValueTask<Outcome<GrantedWrites<PartRange>>> GrantAsync(
        SimulatedProcess process,
        UploadId upload,
        VaultIncarnation vault,
        PartRange range,
        int? atMost,
        CancellationToken cancellationToken) =>
        process.Paths.DirectIntake.GrantAsync(upload, vault, [range], atMost, cancellationToken);

    /// <summary>Takes the report of a part that a node has written.</summary>
    public virtual async ValueTask<Outcome<Done>> ReportAsync(
        SimulatedProcess process, UploadId upload, StorePart report, CancellationToken cancellationToken) =>
        (await process.Paths.DirectIntake.ReportAsync(
            upload,
            report.Vault,
            [new ReportedWrite(report.Range, report.TreeHash, report.Attempt)],
            report.Sender,
            cancellationToken))[0];

    /// <summary>Called when a crash loses a write to this entity.</summary>
    public virtual void TornTail(EntityId entity)
    {
    }
}

/// <summary>Wraps every real runner, journal or part store.</summary>
internal sealed class Plant : PlantedBug
{
    public Func<EntityRunner, EntityRunner> Runner { get; init; } = static inner => inner;

    public Func<IJournal, IJournal> Journal { get; init; } = static inner => inner;

    public Func<IPartStore, IPartStore> Parts { get; init; } = static inner => inner;

    public override EntityRunner Alter(EntityRunner runner) => Runner(runner);

    public override IJournal Alter(IJournal journal, SimulatedWorld world) => Journal(journal);

    public override IPartStore Alter(IPartStore parts) => Parts(parts);
}
