namespace OrleansUploads.Simulation.World;

/// <summary>Passes every call to the real runner. A wrapper overrides the members that it changes.</summary>
internal abstract class DelegatingRunner(EntityRunner inner) : EntityRunner(inner.Entity)
{
    public override bool IsIdle => inner.IsIdle;

    public override bool HasEnded => inner.HasEnded;

    public override long StateBytes => inner.StateBytes;

    protected EntityRunner Inner => inner;

    public override void Submit(object ticket, ICommand command, ServiceTime time) => inner.Submit(ticket, command, time);

    public override void Wake(object ticket, ServiceTime time) => inner.Wake(ticket, time);

    public override void Loaded(JournalHistory history, ServiceTime time) => inner.Loaded(history, time);

    public override void Verified(long version, ServiceTime time) => inner.Verified(version, time);

    public override void LoadFailed(Exception fault) => inner.LoadFailed(fault);

    public override void WriteEnded(long write, AppendOutcome outcome, ServiceTime time) =>
        inner.WriteEnded(write, outcome, time);

    public override void WriteUnknown(long write, Exception fault, ServiceTime time) => inner.WriteUnknown(write, fault, time);

    public override void IntentDone(string key, IAnswer verdict, ServiceTime time) => inner.IntentDone(key, verdict, time);

    public override void IntentFailed(string key, Exception fault) => inner.IntentFailed(key, fault);

    public override void HostStopped() => inner.HostStopped();

    public override IReadOnlyList<RunnerOutput> TakeOutputs() => inner.TakeOutputs();
}
