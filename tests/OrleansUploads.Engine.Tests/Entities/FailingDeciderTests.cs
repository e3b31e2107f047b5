using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Engine.Tests.Entities;

/// <summary>A decider that throws is a bug. It must not spread to the commands that are decided together with the one that it
/// concerns, and must not stay unnoticed.</summary>
public sealed class FailingDeciderTests
{
    [Theory]
    [InlineData(typeof(IndexOutOfRangeException))]
    [InlineData(typeof(KeyNotFoundException))]
    [InlineData(typeof(NullReferenceException))]
    [InlineData(typeof(InvalidOperationException))]
    public void Only_the_command_that_could_not_be_decided_fails_and_the_events_of_the_others_are_written(Type fault)
    {
        var bench = Initiate(new FailingDecider((Exception)Activator.CreateInstance(fault)!));
        bench.Submit("first", ClientCalls.Report(2));

        bench.Submit("part before", ClientCalls.Report(0));
        bench.Submit("failing", new SummarizeUpload(ClientCalls.Incarnation));
        bench.Submit("part behind", ClientCalls.Report(1));
        bench.Write();
        Assert.Equal("failing", Assert.Single(bench.Faults).Key);

        bench.Write();
        Assert.Equal(["initiate", "first", "part before", "part behind"], bench.Replies.Keys);
        var decider = new UploadDecider(new UploadPolicy());
        var stored = bench.Records.SelectMany(record => EventCodec.Decode<UploadEvent>(record)).Aggregate(decider.Initial, decider.Evolve);
        Assert.Equal(3, Assert.IsType<UploadState.Open>(stored).Parts.Count);
    }

    [Fact]
    public void An_intent_whose_confirmation_could_not_be_decided_is_delivered_again()
    {
        var fault = new KeyNotFoundException("planted");
        var bench = Initiate(new FailingDecider(fault));
        bench.Submit("abort", new AbortUpload(ClientCalls.Incarnation));
        bench.Write();

        var unlist = bench.Deliver();

        var again = Assert.Single(bench.Open<RunnerOutput.Deliver>());
        Assert.Equal((unlist.Key, 1, fault), (again.Intent.Key, again.FailedAttempts, again.ConfirmationFault));
    }

    [Fact]
    public void A_decision_that_could_not_be_written_fails_and_is_not_in_the_state()
    {
        var decider = new FailingDecider(new InvalidOperationException());
        var bench = Initiate(decider);

        decider.FailsToWake = true;
        bench.Submit("part", ClientCalls.Report(0));
        Assert.Equal("part", Assert.Single(bench.Faults).Key);

        decider.FailsToWake = false;
        bench.Submit("list", new ListParts(ClientCalls.Incarnation, 0, 10));
        bench.Load();
        Assert.Empty(Assert.IsType<PartsPage>(bench.Replies["list"]).Parts);
    }

    private static RunnerBench Initiate(FailingDecider decider)
    {
        var bench = new RunnerBench(() => new DeciderRunner<UploadState, UploadCommand, UploadEvent>(Some.Upload(1).Entity, decider));
        bench.Submit("initiate", new InitiateUpload(Some.Spec() with { Vault = ClientCalls.Incarnation }));
        bench.Write();
        bench.Deliver();
        bench.Write();
        return bench;
    }

    /// <summary>The rules of an upload, except that it cannot be described, and that its removal from the list cannot be confirmed.</summary>
    private sealed class FailingDecider(Exception fault) : Decider<UploadState, UploadCommand, UploadEvent>
    {
        private readonly UploadDecider _inner = new(new UploadPolicy());

        public bool FailsToWake { get; set; }

        public override UploadState Initial => _inner.Initial;

        public override Decision<UploadEvent> Decide(UploadState state, UploadCommand command, ServiceTime time) =>
            command is SummarizeUpload or ConfirmUploadUnlisted ? throw fault : _inner.Decide(state, command, time);

        public override UploadState Evolve(UploadState state, UploadEvent happened) => _inner.Evolve(state, happened);

        public override Decision<UploadEvent> Wake(UploadState state, ServiceTime time) => _inner.Wake(state, time);

        public override DateTimeOffset? WakeAt(UploadState state, ServiceTime time) =>
            FailsToWake ? throw fault : _inner.WakeAt(state, time);

        public override IEnumerable<Intent> Pending(UploadState state) => _inner.Pending(state);

        public override int SnapshotCost(UploadState state) => _inner.SnapshotCost(state);
    }
}
