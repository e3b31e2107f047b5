using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>A decider that throws is a bug. It must not spread to the commands that are decided together with the one that it
/// concerns, and must not stay unnoticed.</summary>
public sealed class FailingDeciderTests
{
    private static readonly ServiceTime Time = ServiceTime.Continuous(Some.Noon);

    private readonly List<ReadOnlyMemory<byte>> _records = [];

    private static StorePart Part(int slot) => new(
        Some.Vault, new PartRange(slot * Some.MiB, ((slot + 1) * Some.MiB) - 1), Some.Hash("a"), Some.Attempt(slot));

    [Theory]
    [InlineData(typeof(IndexOutOfRangeException))]
    [InlineData(typeof(KeyNotFoundException))]
    [InlineData(typeof(NullReferenceException))]
    [InlineData(typeof(InvalidOperationException))]
    public void Only_the_command_that_could_not_be_decided_fails_and_the_events_of_the_others_are_written(Type fault)
    {
        var runner = new DeciderRunner<UploadState, UploadCommand, UploadEvent>(
            Some.Upload(1).Entity, new FailingDecider((Exception)Activator.CreateInstance(fault)!));
        runner.Submit("initiate", new InitiateUpload(Some.Spec()), Time);
        runner.TakeOutputs();
        runner.Loaded(JournalHistory.None, Time);
        var first = TakeAppend(runner.TakeOutputs());

        runner.Submit("part before", Part(0), Time);
        runner.Submit("failing", new SummarizeUpload(Some.Vault), Time);
        runner.Submit("part behind", Part(1), Time);
        runner.WriteEnded(first.Write, AppendOutcome.Appended, Time);
        var outputs = runner.TakeOutputs();
        Assert.Equal("failing", Assert.Single(outputs.OfType<RunnerOutput.Fault>()).Ticket);

        runner.WriteEnded(TakeAppend(outputs).Write, AppendOutcome.Appended, Time);
        Assert.Equal(["part before", "part behind"], runner.TakeOutputs().OfType<RunnerOutput.Reply>().Select(reply => reply.Ticket));

        var decider = new UploadDecider(new UploadPolicy());
        var stored = _records.SelectMany(record => EventCodec.Decode<UploadEvent>(record)).Aggregate(decider.Initial, decider.Evolve);
        Assert.Equal(2, Assert.IsType<UploadState.Open>(stored).Parts.Count);
    }

    [Fact]
    public void An_intent_whose_confirmation_could_not_be_decided_is_delivered_again()
    {
        var fault = new KeyNotFoundException("planted");
        var runner = new DeciderRunner<UploadState, UploadCommand, UploadEvent>(
            Some.Upload(1).Entity, new FailingDecider(fault));
        runner.Submit("initiate", new InitiateUpload(Some.Spec()), Time);
        runner.TakeOutputs();
        runner.Loaded(JournalHistory.None, Time);
        runner.WriteEnded(TakeAppend(runner.TakeOutputs()).Write, AppendOutcome.Appended, Time);
        runner.TakeOutputs();
        runner.Submit("abort", new AbortUpload(Some.Vault), Time);
        runner.WriteEnded(TakeAppend(runner.TakeOutputs()).Write, AppendOutcome.Appended, Time);
        var close = Assert.Single(runner.TakeOutputs().OfType<RunnerOutput.Deliver>());

        runner.IntentDone(close.Intent.Key, Done.Instance, Time);

        var again = Assert.Single(runner.TakeOutputs().OfType<RunnerOutput.Deliver>());
        Assert.Equal((close.Intent.Key, 1, fault), (again.Intent.Key, again.FailedAttempts, again.ConfirmationFault));
    }

    [Fact]
    public void A_decision_that_could_not_be_written_fails_and_is_not_in_the_state()
    {
        var decider = new FailingDecider(new InvalidOperationException());
        var runner = new DeciderRunner<UploadState, UploadCommand, UploadEvent>(
            Some.Upload(1).Entity, decider);
        runner.Submit("initiate", new InitiateUpload(Some.Spec()), Time);
        runner.TakeOutputs();
        runner.Loaded(JournalHistory.None, Time);
        runner.WriteEnded(TakeAppend(runner.TakeOutputs()).Write, AppendOutcome.Appended, Time);
        runner.TakeOutputs();

        decider.FailsToWake = true;
        runner.Submit("part", Part(0), Time);
        Assert.Equal("part", Assert.Single(runner.TakeOutputs().OfType<RunnerOutput.Fault>()).Ticket);

        decider.FailsToWake = false;
        runner.Submit("list", new ListParts(Some.Vault, 0, 10), Time);
        Assert.Single(runner.TakeOutputs().OfType<RunnerOutput.Load>());
        runner.Loaded(new JournalHistory(_records.Count, null, _records, WakeAt: null), Time);
        var reply = Assert.Single(runner.TakeOutputs().OfType<RunnerOutput.Reply>());
        Assert.Empty(Assert.IsType<PartsPage>(reply.Answer).Parts);
    }

    private RunnerOutput.Append TakeAppend(IEnumerable<RunnerOutput> outputs)
    {
        var append = Assert.Single(outputs.OfType<RunnerOutput.Append>());
        _records.Add(append.Record.Record);
        return append;
    }

    /// <summary>The rules of an upload, except that it cannot be described, and that its closing cannot be confirmed.</summary>
    private sealed class FailingDecider(Exception fault) : Decider<UploadState, UploadCommand, UploadEvent>
    {
        private readonly UploadDecider _inner = new(new UploadPolicy());

        public bool FailsToWake { get; set; }

        public override UploadState Initial => _inner.Initial;

        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            command is SummarizeUpload or ConfirmUploadClosed ? throw fault : _inner.Decide(state, command, time);

        public override UploadState Evolve(UploadState state, UploadEvent happened) => _inner.Evolve(state, happened);

        public override Decision<UploadEvent> Wake(UploadState state, ServiceTime time) => _inner.Wake(state, time);

        public override DateTimeOffset? WakeAt(UploadState state, ServiceTime time) =>
            FailsToWake ? throw fault : _inner.WakeAt(state, time);

        public override IEnumerable<Intent> Pending(UploadState state) => _inner.Pending(state);

        public override IEnumerable<UploadEvent> Compact(UploadState state) => _inner.Compact(state);

        public override int CompactCount(UploadState state) => _inner.CompactCount(state);
    }
}
