using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using static OrleansUploads.Engine.Tests.ClientCalls;

namespace OrleansUploads.Engine.Tests.Entities;

public sealed class EntityRunnerTests
{
    private readonly RunnerBench _bench = new(Some.Upload(1).Entity);

    /// <summary>An upload that is in no list, so that its decisions raise no intents before its completion.</summary>
    private static InitiateUpload Initiation => new(
        Some.Spec(origin: UploadOrigin.SingleRequest) with { Vault = Incarnation });

    private static ListParts List => new(Incarnation, 0, 1000);

    private static CompleteUpload Complete => new(Incarnation, Some.MiB, Some.Hash("a"));

    private void Initiate()
    {
        _bench.Submit("initiate", Initiation);

        // A new entity is not read before its first write.
        Assert.Empty(_bench.Open<RunnerOutput.Load>());
        _bench.Write();
    }

    private static RunnerBench InitiateOnSharedJournal()
    {
        var bench = new RunnerBench(Some.Upload(1).Entity, isShared: true);
        bench.Submit("initiate", Initiation);
        Assert.Empty(bench.Open<RunnerOutput.Load>());
        bench.Write();
        Assert.Contains("initiate", bench.Replies);
        return bench;
    }

    /// <summary>Records a completion whose intent is not delivered yet.</summary>
    private void CompleteWithOnePart()
    {
        InitiateWithOnePart();
        _bench.Submit("complete", Complete);
        _bench.Write();
    }

    private void InitiateWithOnePart()
    {
        Initiate();
        _bench.Submit("part", Report(0));
        _bench.Write();
    }

    private int PartsListed(object ticket) => Assert.IsType<PartsPage>(_bench.Replies[ticket]).Parts.Count;

    [Fact]
    [Promise("README.md", "Status 204 for a part means that its bytes, its directory entry and its journal record are flushed to disk")]
    [Promise("README.md", "Status 201 for a complete request means that the archive ID is in the journal")]
    public void No_reply_is_sent_before_its_events_are_durable()
    {
        Initiate();
        _bench.Submit("part", Report(0));
        Assert.DoesNotContain("part", _bench.Replies);
        _bench.Write();
        Assert.Contains("part", _bench.Replies);
    }

    [Fact]
    public void A_read_waits_for_pending_writes_and_sees_only_durable_state()
    {
        Initiate();
        _bench.Submit("part", Report(0));
        _bench.Submit("list", List);
        Assert.DoesNotContain("list", _bench.Replies);
        _bench.Write();
        Assert.Equal(1, PartsListed("list"));
    }

    [Fact]
    public void On_a_shared_journal_a_read_checks_the_journal_before_it_is_answered()
    {
        var bench = InitiateOnSharedJournal();

        bench.Submit("list", List);
        Assert.DoesNotContain("list", bench.Replies);
        bench.Submit("second list, which waits for the check of the first", List);
        bench.Verify();
        Assert.Contains("list", bench.Replies);
        bench.Verify();
        Assert.Equal(3, bench.Replies.Count);
        Assert.Empty(bench.Open<RunnerOutput>());
    }

    [Fact]
    public void On_a_shared_journal_advice_is_given_from_memory_but_a_refusal_checks_the_journal()
    {
        var bench = InitiateOnSharedJournal();

        bench.Submit("advice", new CheckPart(Incarnation, new PartRange(0, Some.MiB - 1)));
        Assert.Contains("advice", bench.Replies);
        Assert.Empty(bench.Open<RunnerOutput>());

        bench.Submit("refusal", new CheckPart(Incarnation, new PartRange(1, Some.MiB)));
        Assert.DoesNotContain("refusal", bench.Replies);
        bench.Verify();
        Assert.IsAssignableFrom<Refusal>(bench.Replies["refusal"]);
    }

    [Fact]
    public void A_confirmation_that_changes_nothing_does_not_check_the_journal()
    {
        var bench = InitiateOnSharedJournal();
        bench.Submit("abort", new AbortUpload(Incarnation));
        bench.Write();

        bench.Deliver();

        Assert.Contains("abort", bench.Replies);
        Assert.Empty(bench.Open<RunnerOutput>());
    }

    [Fact]
    public void An_entity_that_was_taken_for_a_new_one_is_read_and_its_callers_do_not_notice()
    {
        var bench = InitiateOnSharedJournal();
        bench.Submit("part", Report(0));
        bench.Write();
        bench.Crash();

        bench.Submit("initiate again", Initiation);
        bench.Submit("list", List);
        bench.Conflict();
        Assert.DoesNotContain("initiate again", bench.Replies);
        bench.Load();
        bench.Verify();

        Assert.IsType<Done>(bench.Replies["initiate again"]);
        Assert.Single(Assert.IsType<PartsPage>(bench.Replies["list"]).Parts);
        Assert.Empty(bench.Faults);
        Assert.Equal(2, bench.Records.Count);
    }

    [Fact]
    public void If_the_first_write_of_a_new_entity_is_lost_it_is_read()
    {
        var bench = new RunnerBench(Some.Upload(1).Entity, isShared: true);
        bench.Submit("initiate", Initiation);
        bench.LoseWrite(landed: true);
        Assert.Contains("initiate", bench.Faults);

        bench.Submit("again", Initiation);
        bench.Conflict();
        bench.Load();
        bench.Verify();

        Assert.IsType<Done>(bench.Replies["again"]);
        Assert.Single(bench.Records);
    }

    [Fact]
    public void A_read_is_not_answered_from_memory_after_another_host_has_written()
    {
        var bench = InitiateOnSharedJournal();
        bench.Submit("list", List);

        bench.Records.Add("[]"u8.ToArray());
        bench.Verify();

        Assert.IsType<EntityUnavailableException>(bench.Faults["list"]);
        bench.Submit("again", List);
        bench.Load();
        bench.Verify();
        Assert.Contains("again", bench.Replies);
    }

    [Theory]
    [InlineData(100, 3)]
    [InlineData(1000, 12)]
    public void Commands_that_arrive_during_a_write_share_the_next_one_which_is_bounded(int commands, int mostWrites)
    {
        Initiate();
        for (var slot = 0; slot < commands; slot++)
        {
            _bench.Submit(slot, Report(slot));
        }

        while (_bench.Open<RunnerOutput.Append>().Any())
        {
            Assert.True(_bench.Open<RunnerOutput.Append>().Single().Record.Record.Length < 64 * 1024);
            _bench.Write();
        }

        Assert.InRange(_bench.Records.Count, 3, mostWrites);
        Assert.Equal(commands + 1, _bench.Replies.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_with_unknown_outcome_is_resolved_by_reading_the_journal(bool landed)
    {
        Initiate();
        _bench.Submit("part", Report(0));
        _bench.Submit("list", List);
        _bench.LoseWrite(landed);
        Assert.IsType<EntityUnavailableException>(_bench.Faults["part"]);

        _bench.Load();

        Assert.Equal(landed ? 1 : 0, PartsListed("list"));
    }

    [Fact]
    public void A_write_that_the_storage_refuses_has_changed_nothing()
    {
        Initiate();
        _bench.Submit("part", Report(0));
        _bench.Submit("list", List);
        _bench.RefuseWrite();

        Assert.True(Assert.IsType<EntityUnavailableException>(_bench.Faults["part"]).IsRefused);
        _bench.Load();
        Assert.Equal(0, PartsListed("list"));
    }

    [Fact]
    public void A_command_whose_later_step_the_storage_refuses_may_have_been_carried_out()
    {
        CompleteWithOnePart();
        _bench.FailDelivery(new EntityUnavailableException(Some.Vault.Entity, "its storage refused a write.") { IsRefused = true });

        Assert.False(Assert.IsType<EntityUnavailableException>(_bench.Faults["complete"]).IsRefused);
    }

    [Fact]
    public void A_command_before_which_the_storage_refuses_to_be_read_has_changed_nothing()
    {
        _bench.Submit("list", List);
        _bench.RefuseLoad();

        Assert.True(Assert.IsType<EntityUnavailableException>(_bench.Faults["list"]).IsRefused);
    }

    [Fact]
    public void A_conflict_makes_the_runner_read_what_the_other_host_wrote()
    {
        InitiateWithOnePart();
        var other = new RunnerBench(Some.Upload(1).Entity);
        other.Records.AddRange(_bench.Records);
        other.Submit("other", Report(1, "b", 2));
        other.Load();
        other.Write();

        _bench.Submit("mine", Report(1, "c", 3));
        _bench.Records.Add(other.Records[^1]);
        _bench.Conflict();
        _bench.Submit("list", List);
        _bench.Load();

        Assert.Contains("mine", _bench.Faults);
        Assert.Equal(Some.Hash("b"), Assert.IsType<PartsPage>(_bench.Replies["list"]).Parts[1].TreeHash);
    }

    [Fact]
    public void An_outdated_write_completion_is_ignored()
    {
        Initiate();
        _bench.Submit("part", Report(0));
        var lost = _bench.Open<RunnerOutput.Append>().Single().Write;
        _bench.LoseWrite(landed: false);
        _bench.Runner.WriteEnded(lost, Ports.AppendOutcome.Appended, _bench.Time);
        _bench.Submit("list", List);
        _bench.Load();
        Assert.Equal(0, PartsListed("list"));
    }

    [Fact]
    public void A_caller_gets_the_journals_read_failure_and_the_next_caller_retries()
    {
        _bench.Submit("first", List);
        _bench.Take<RunnerOutput.Load>();
        _bench.Runner.LoadFailed(new IOException("no disk"));
        _bench.Submit("second", List);
        _bench.Load();
        Assert.IsType<Refusal.UploadNotFound>(_bench.Replies["second"]);
        Assert.Contains("first", _bench.Faults);
    }

    [Fact]
    public void A_journal_with_invalid_content_is_not_served()
    {
        _bench.Records.Add("[[\"part-stored.99\",{}]]"u8.ToArray());
        _bench.Submit("list", List);
        _bench.Load();
        Assert.IsType<Ports.JournalDamagedException>(
            Assert.IsType<EntityUnavailableException>(_bench.Faults["list"]).InnerException);
    }

    [Fact]
    public void A_completion_is_answered_when_the_archive_is_indexed()
    {
        InitiateWithOnePart();
        _bench.Submit("complete", Complete);
        Assert.Empty(_bench.Open<RunnerOutput.Deliver>());
        _bench.Write();

        Assert.DoesNotContain("complete", _bench.Replies);
        Assert.IsType<AddArchive>(Assert.IsType<TellEntity>(_bench.Deliver().Action).Command);
        Assert.IsType<CompletedArchive>(_bench.Replies["complete"]);
        _bench.Write();
        Assert.Null(_bench.WakeAt);
        Assert.True(_bench.Runner.IsIdle || _bench.Open<RunnerOutput.SaveSnapshot>().Any());
    }

    [Fact]
    public void A_repeated_completion_waits_for_the_same_intents_as_the_first()
    {
        InitiateWithOnePart();
        _bench.Submit("first", Complete);
        _bench.Submit("second", Complete);
        _bench.Write();
        _bench.Submit("third", Complete);
        Assert.Empty(_bench.Replies.Keys.Intersect(["first", "second", "third"]));

        _bench.Deliver();
        _bench.Submit("fourth", Complete);
        _bench.Write();

        Assert.Single(new[] { "first", "second", "third", "fourth" }.Select(ticket => _bench.Replies[ticket]).Distinct());
    }

    [Fact]
    public void A_crash_after_the_decision_delivers_the_intent_again()
    {
        CompleteWithOnePart();
        Assert.True(_bench.WakeAt <= _bench.Now);
        _bench.Crash();

        _bench.Wake("wake");
        _bench.Load();

        Assert.IsType<TellEntity>(_bench.Open<RunnerOutput.Deliver>().Single().Intent.Action);
    }

    [Fact]
    public void A_failed_delivery_is_reported_to_waiting_callers_and_retried()
    {
        CompleteWithOnePart();
        _bench.FailDelivery();
        Assert.IsType<EntityUnavailableException>(_bench.Faults["complete"]);
        Assert.Equal(1, _bench.Open<RunnerOutput.Deliver>().Single().FailedAttempts);

        _bench.Submit("again", Complete);
        _bench.Deliver();
        _bench.Write();

        Assert.IsType<CompletedArchive>(_bench.Replies["again"]);
    }

    [Fact]
    public void Part_reports_do_not_write_the_wake_time_each_time()
    {
        Initiate();
        Assert.Equal(Some.Noon + UploadPolicy.MinStaleAfter, _bench.WakeAt);
        _bench.Now += TimeSpan.FromHours(1);
        _bench.Submit("part", Report(0));
        Assert.Null(_bench.Open<RunnerOutput.Append>().Single().Record.Wake);
    }

    [Fact]
    public void An_early_wake_up_only_schedules_the_next_one()
    {
        Initiate();
        _bench.Now += TimeSpan.FromHours(2);
        _bench.Submit("part", Report(0));
        _bench.Write();
        _bench.Now = _bench.WakeAt!.Value;

        _bench.Wake("wake");
        _bench.Write();

        Assert.Equal(Some.Noon + TimeSpan.FromHours(2) + UploadPolicy.MinStaleAfter, _bench.WakeAt);
        _bench.Submit("list", List);
        Assert.Equal(1, PartsListed("list"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_unawaited_intent_that_is_not_recorded_causes_no_write_and_no_wake_up_and_is_tried_once(bool fails)
    {
        Initiate();
        _bench.Submit("abort", new AbortUpload(Incarnation));
        _bench.Write();
        Assert.Contains("abort", _bench.Replies);
        Assert.Equal(Some.Noon + UploadPolicy.MinStaleAfter, _bench.WakeAt);
        Assert.IsType<ReclaimBytes>(Assert.Single(_bench.Open<RunnerOutput.Deliver>()).Intent.Action);

        if (fails)
        {
            _bench.FailDelivery();
        }
        else
        {
            _bench.Deliver();
        }

        Assert.Empty(_bench.Open<RunnerOutput>());
        Assert.True(_bench.Runner.IsIdle);
    }

    [Fact]
    public void A_forgotten_entity_starts_from_its_initial_state()
    {
        Initiate();
        _bench.Submit("abort", new AbortUpload(Incarnation));
        _bench.Write();
        _bench.Deliver();
        _bench.Now += UploadPolicy.DefaultRecordLife;
        _bench.Wake("wake");

        var forget = _bench.Take<RunnerOutput.Forget>();
        Assert.Equal(_bench.Records.Count, forget.ExpectedVersion);
        _bench.Runner.WriteEnded(forget.Write, Ports.AppendOutcome.Appended, _bench.Time);
        _bench.Records.Clear();
        _bench.Submit("list", List);

        Assert.IsType<Refusal.UploadNotFound>(_bench.Replies["list"]);
        _bench.Submit("fresh", Initiation);
        Assert.Equal(0, _bench.Open<RunnerOutput.Append>().Single().Record.ExpectedVersion);
    }

    [Fact]
    public void A_history_much_longer_than_its_state_is_replaced_by_a_snapshot_with_the_same_state()
    {
        Initiate();
        for (var i = 0; i < 1000; i++)
        {
            _bench.Submit(i, Report(0, $"{i}", i));
            _bench.Write();
        }

        var snapshot = _bench.Open<RunnerOutput.SaveSnapshot>().First();
        var rest = _bench.Records.Skip((int)snapshot.Version).ToList();
        var fresh = new EntityCatalog(new EngineOptions()).CreateRunner(_bench.Runner.Entity);
        fresh.Submit("list", List, _bench.Time);
        fresh.Loaded(new Ports.JournalHistory(_bench.Records.Count, snapshot.Snapshot, rest, null), _bench.Time);

        var reply = fresh.TakeOutputs().OfType<RunnerOutput.Reply>().Single();
        Assert.Equal(Some.Hash("999"), Assert.IsType<PartsPage>(reply.Answer).Parts.Single().TreeHash);
    }

    [Fact]
    public void The_archive_of_a_completed_upload_is_remembered_without_its_parts()
    {
        Initiate();
        const int Parts = 300;
        for (var slot = 0; slot < Parts; slot++)
        {
            _bench.Submit(slot, Report(slot));
        }

        while (_bench.Open<RunnerOutput.Append>().Any())
        {
            _bench.Write();
        }

        var hash = OrleansUploads.Hashing.TreeHasher.Combine(Enumerable.Repeat(Some.Hash("a"), Parts).ToArray());
        _bench.Submit("complete", new CompleteUpload(Incarnation, Parts * Some.MiB, hash));
        _bench.Write();
        _bench.Deliver();
        _bench.Write();

        Assert.True(_bench.Open<RunnerOutput.SaveSnapshot>().Last().Snapshot.Length < 2048);
    }

    [Fact]
    public void Commands_above_the_queue_limit_are_rejected()
    {
        _bench.Submit("first", List);
        for (var i = 0; i < EntityRunner.MaxQueued; i++)
        {
            _bench.Submit(i, List);
        }

        Assert.IsType<EntityUnavailableException>(Assert.Single(_bench.Faults).Value);
        _bench.Load();
        Assert.Equal(EntityRunner.MaxQueued, _bench.Replies.Count);
    }
}
