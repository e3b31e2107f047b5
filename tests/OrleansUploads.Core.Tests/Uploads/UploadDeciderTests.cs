namespace OrleansUploads.Core.Tests.Uploads;

public sealed class UploadDeciderTests : UploadDriver
{
    public UploadDeciderTests() => Given(Initiate());

    [Fact]
    public void A_part_is_accepted_and_listed()
    {
        Assert.Same(Done.Instance, Ask(FullPart(0)));
        var page = Ask(new ListParts(Some.Incarnation, 0, 10));
        var part = Assert.Single(page.Parts);
        Assert.Equal((new PartRange(0, MiB - 1), Some.Hash("a")), (part.Range, part.TreeHash));
        Assert.Null(page.NextFirstByte);
    }

    [Fact]
    public void A_new_attempt_replaces_the_part_even_with_the_same_bytes_because_the_first_may_be_damaged()
    {
        Given(FullPart(0, attempt: 1));
        Assert.Same(Done.Instance, Unchanged(FullPart(0, attempt: 1)).Answer);
        Assert.Same(Done.Instance, Ask(FullPart(0, attempt: 2)));
        Assert.Equal([Some.Attempt(2)], AttemptsInUse);
        Given(Part(0, 99, "b", attempt: 3));
        Assert.Equal([Some.Attempt(3)], Answered<AttemptsInUse.Only>(new FenceAttempts(DateTimeOffset.MinValue)).Attempts);
    }

    [Theory]
    [InlineData(1, MiB, typeof(Refusal.RangeNotAligned))]
    [InlineData(MiB - 1, MiB, typeof(Refusal.RangeNotAligned))]
    [InlineData(0, MiB - 2, null)]
    [InlineData(0, MiB - 1, null)]
    [InlineData(0, MiB, typeof(Refusal.PartTooLarge))]
    [InlineData(0, long.MaxValue, typeof(Refusal.PartTooLarge))]
    [InlineData(9_999 * MiB, (10_000 * MiB) - 1, null)]
    [InlineData(10_000 * MiB, (10_001 * MiB) - 1, typeof(Refusal.TooManyParts))]
    public void A_part_of_either_storage_fits_into_one_of_ten_thousand_slots(long first, long last, Type? refusal)
    {
        var located = new UploadDriver();
        located.Given(Initiate(storage: ByteStorage.External));
        Assert.IsType(refusal ?? typeof(Done), Do(Part(first, last, "a")).Answer);
        Assert.IsType(refusal ?? typeof(ExternalPartResult), located.Do(Located(first, last, "a")).Answer);
    }

    [Fact]
    public void An_upload_is_not_found_in_another_vault_or_in_a_later_one_of_the_same_name()
    {
        Given(Part(0, 9, "a"));
        foreach (var other in (VaultIncarnation[])[Elsewhere, Later])
        {
            EachRefused<Refusal.UploadNotFound>(
                Part(0, 9, "a") with { Vault = other },
                Located(0, 9, "a") with { Vault = other },
                new CheckPart(other, new PartRange(0, 9)),
                Complete(10, "a") with { Vault = other },
                new AbortUpload(other),
                new ListParts(other, 0, 1),
                new MapParts(other),
                new FindPart(other, 1),
                new SummarizeUpload(other));
        }

        Given(Complete(10, "a"));
        EachRefused<Refusal.UploadNotFound>(Complete(10, "a") with { Vault = Later }, new SummarizeUpload(Later));
    }

    [Fact]
    public void An_aborted_upload_is_not_found_in_a_later_vault_of_the_same_name()
    {
        Given(new AbortUpload(Some.Incarnation));
        Refused<Refusal.UploadNotFound>(new AbortUpload(Later));
    }

    [Fact]
    public void Completion_derives_the_archive_ID_then_stores_the_manifest_then_indexes_the_archive()
    {
        Given(Part(MiB, MiB + 9, "b", attempt: 2), FullPart(0, attempt: 1));

        var decision = Do(Complete(MiB + 10, "a", "b"));

        var archive = Assert.IsType<CompletedArchive>(decision.Answer).Archive;
        Assert.Equal(ArchiveId.Derive(Some.Upload(1), MiB + 10, Fold("a", "b")), archive);
        var store = Assert.Single(decision.Intents, intent => intent.Key == "index").Does<StoreManifest>();
        Assert.Equal([Some.Attempt(1), Some.Attempt(2)], store.Manifest.Extents.Select(extent => extent.Place.Attempt!.Value));
        Assert.Equal(archive, Assert.IsType<AddArchive>(store.Then?.Command).Entry.Archive);
        Given(new ConfirmArchiveIndexed());
        Assert.DoesNotContain(Pending, intent => intent.Key == "index");
        Answered<AttemptsInUse.ByManifest>(new FenceAttempts(Now));
        Assert.Null(((FoundManifest)Ask(new FindManifest(Some.Incarnation))).ToManifest());
    }

    [Fact]
    [Promise("README.md", "Repeating the complete request returns the same archive ID, from any client, for as long as the archive exists and for seven days after its deletion")]
    public void A_repeated_completion_returns_the_same_archive_and_no_event()
    {
        Given(Part(0, 9, "a"));
        var first = Ask(Complete(10, "a"));
        var again = Unchanged(Complete(10, "a"));
        Assert.Equal(first, again.Answer);
        Assert.Equal(AwaitedIntents.OwnAndEarlier, again.Awaits);
        ConfirmAll();
        Assert.Equal(first, Do(Complete(10, "a")).Answer);
    }

    [Fact]
    public void A_repeated_completion_with_a_different_size_or_hash_is_refused()
    {
        Given(Part(0, 9, "a"), Complete(10, "a"));
        EachRefused<Refusal.CompletionMismatch>(Complete(11, "a"), Complete(10, "b"));
    }

    [Fact]
    public void Completion_is_refused_for_no_parts_a_gap_a_short_middle_part_or_a_wrong_size_or_hash()
    {
        Refused<Refusal.NoParts>(Complete(0, "a"));
        Given(Part(2 * MiB, (2 * MiB) + 9, "c"));
        Assert.Equal(new PartRange(0, (2 * MiB) - 1), Refused<Refusal.PartMissing>(Complete(1, "a")).FirstGap);
        Given(FullPart(0));
        Assert.Equal(new PartRange(MiB, (2 * MiB) - 1), Refused<Refusal.PartMissing>(Complete(1, "a")).FirstGap);
        Given(Part(MiB, (2 * MiB) - 2, "b"));
        Assert.Equal(new PartRange(MiB, (2 * MiB) - 2), Refused<Refusal.PartTooShort>(Complete(1, "a")).Range);
        Given(FullPart(1, "b"));
        Assert.Equal((2 * MiB) + 10, Refused<Refusal.SizeDiffers>(Complete((2 * MiB) + 11, "a", "b", "c")).UploadedBytes);
        Assert.Equal(Fold("a", "b", "c"), Refused<Refusal.TreeHashDiffers>(Complete((2 * MiB) + 10, "a", "c", "b")).Computed);
        Ask(Complete((2 * MiB) + 10, "a", "b", "c"));
    }

    [Fact]
    public void A_completed_upload_refuses_parts_abort_and_listing()
    {
        Given(Part(0, 9, "a"), Complete(10, "a"));
        EachRefused<Refusal.UploadNotFound>(Part(0, 9, "b"), new AbortUpload(Some.Incarnation), new ListParts(Some.Incarnation, 0, 1));
    }

    [Fact]
    [Promise("operations.md", "a stored part is lost or damaged before its upload is complete")]
    public void Completion_is_refused_until_a_part_missing_from_the_store_is_sent_again()
    {
        Given(FullPart(0, attempt: 1), Part(MiB, MiB + 9, "b", attempt: 2));
        var complete = Complete(MiB + 10, "a", "b");
        ListedAttempt first = new(Some.Attempt(1), MiB);
        foreach (ListedAttempt[] stored in (ListedAttempt[][])[[first], [first, new(Some.Attempt(2), 9)]])
        {
            Assert.Equal(new PartRange(MiB, MiB + 9), Refused<Refusal.PartLost>(complete with { Stored = stored }).Range);
        }

        Given(Part(MiB, MiB + 9, "b", attempt: 3));
        Assert.Equal(complete.TreeHash, Ask(complete with { Stored = [first, new(Some.Attempt(3), 10)] }).TreeHash);
        Assert.Equal(complete.TreeHash, Ask(complete with { Stored = [] }).TreeHash);
    }

    [Fact]
    public void An_aborted_upload_refuses_parts_and_completion_and_a_repeated_abort_changes_nothing()
    {
        Given(Part(0, 9, "a"));
        Ask(new AbortUpload(Some.Incarnation));
        EachRefused<Refusal.UploadNotFound>(Part(0, 9, "a"), Complete(10, "a"));
        Assert.Same(Done.Instance, Unchanged(new AbortUpload(Some.Incarnation)).Answer);
    }

    [Fact]
    public void An_attempt_from_before_the_fence_is_refused()
    {
        Now = Some.Noon + TimeSpan.FromMinutes(1);
        Given(new FenceAttempts(Some.Noon + TimeSpan.FromSeconds(1)));
        Refused<Refusal.AttemptCollected>(Part(0, 9, "a") with { Attempt = Some.Attempt(1, Some.Noon) });
        Assert.Same(Done.Instance, Ask(Part(0, 9, "a") with { Attempt = Some.Attempt(2, Now) }));
    }

    [Fact]
    public void An_attempt_that_a_node_wrote_becomes_only_the_part_that_it_was_granted_for_and_only_after_the_fence()
    {
        var granted = AttemptId.CreateGranted(Now, 2, Some.Bytes(AttemptId.GrantedRandomBytes, 1));
        Assert.Equal(2, Refused<Refusal.AttemptOfOtherPart>(FullPart(0) with { Attempt = granted }).Number);
        Given(FullPart(1) with { Attempt = granted });
        Unchanged(FullPart(1) with { Attempt = granted });
        Refused<Refusal.AttemptOfOtherPart>(FullPart(2) with { Attempt = granted });

        Now += TimeSpan.FromMinutes(1);
        Given(new FenceAttempts(Now));
        var old = AttemptId.CreateGranted(Now - Tick, 1, Some.Bytes(AttemptId.GrantedRandomBytes, 2));
        Refused<Refusal.AttemptCollected>(FullPart(0) with { Attempt = old });
    }

    [Fact]
    [Promise("operations.md", "a part is refused because it is as old as collected bytes (408)")]
    public void A_fence_in_the_future_is_refused()
    {
        Refused<Refusal.CollectionHeld>(new FenceAttempts(Now + Tick));
        Assert.Same(Done.Instance, Ask(Part(0, 9, "a") with { Attempt = Some.Attempt(1, Now) }));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Nothing_is_fenced_during_a_backup_or_by_a_clock_that_is_not_trusted(bool isTrusted, bool holdsBytes)
    {
        var time = ServiceTime.Recorded(Now, ServedIntervals.None, TimeSpan.Zero, isTrusted, holdsBytes);
        Assert.IsType<Refusal.CollectionHeld>(Decider.Decide(State, new FenceAttempts(Now), time).Answer);
    }

    [Fact]
    public void An_old_fence_in_the_future_refuses_a_part_before_its_bytes_are_read()
    {
        var fenced = (UploadState.Open)State with { FencedBefore = Now + TimeSpan.FromDays(2) };
        var check = Decider.Decide(fenced, new CheckPart(Some.Incarnation, new PartRange(0, 9)), ServiceTime.Continuous(Now));
        Assert.IsType<Refusal.AttemptCollected>(check.Answer);
    }

    [Fact]
    public void A_part_in_use_from_before_the_fence_stays_in_use()
    {
        Given(Part(0, 9, "a", attempt: 1));
        Now = Some.Noon + TimeSpan.FromDays(1);
        Assert.Contains(Some.Attempt(1), AttemptsInUse);
        Assert.Same(Done.Instance, Ask(Part(0, 9, "a", attempt: 1)));
    }

    [Fact]
    [Promise("operations.md", "an open upload without activity")]
    public void An_upload_expires_after_exactly_a_week_without_activity()
    {
        Now = Some.Noon + TimeSpan.FromDays(3);
        Given(Part(0, 9, "a"));
        var dueAt = Now + UploadPolicy.DefaultStaleAfter;
        Assert.Equal(dueAt, WakeAt);
        Assert.Equal(new UploadEnded(UploadEnd.Expired, dueAt), Assert.Single(WakeExactlyAt(dueAt).Events));
        EachRefused<Refusal.UploadNotFound>(Part(0, 9, "a"), new AbortUpload(Some.Incarnation));
    }

    [Fact]
    [Promise("operations.md", "an interrupted archive in one request")]
    public void An_interrupted_single_request_archive_expires_after_a_day()
    {
        var single = new UploadDriver();
        single.Given(Initiate(UploadOrigin.SingleRequest));
        var expiredAt = Some.Noon + UploadPolicy.MinStaleAfter;
        Assert.Equal(new UploadEnded(UploadEnd.Expired, expiredAt), Assert.Single(single.WakeExactlyAt(expiredAt).Events));
    }

    [Fact]
    [Promise("operations.md", "the record of an ended upload")]
    public void The_record_of_an_ended_upload_is_kept_until_the_vault_has_confirmed()
    {
        Given(new AbortUpload(Some.Incarnation));
        Now = Some.Noon + UploadPolicy.DefaultRecordLife;
        Assert.False(Wake().Forgets);
        ConfirmAll();
        Assert.True(Wake().Forgets);
    }

    [Fact]
    public void A_part_names_the_sender_of_its_newest_attempt_even_after_compaction()
    {
        var (ann, bob) = (new Sender("ANN", "node-1", "10.0.0.1"), new Sender("BOB", null, null));
        Given(
            FullPart(0, "a", 1) with { Sender = ann },
            FullPart(1, "b", 2) with { Sender = ann },
            FullPart(1, "c", 3) with { Sender = bob },
            FullPart(2, "d", 4));

        foreach (var state in (UploadState[])[State, Rebuilt()])
        {
            Assert.Equal([ann, bob, null, null], Enumerable.Range(1, 4).Select(number => Assert.IsType<FoundPart>(
                Decider.Decide(state, new FindPart(Some.Incarnation, number), ServiceTime.Continuous(Now)).Answer).Sender));
            Assert.Equal([ann, bob], Assert.IsType<UploadState.Open>(state).Senders.InOrder);
        }
    }

    [Fact]
    public void Parts_are_listed_by_range_in_pages()
    {
        foreach (var slot in new[] { 5, 0, 130, 2 })
        {
            Given(Part(slot * MiB, (slot * MiB) + 9, $"{slot}", slot));
        }

        var first = Ask(new ListParts(Some.Incarnation, 0, 3));
        var second = Ask(new ListParts(Some.Incarnation, first.NextFirstByte!.Value, 3));
        Assert.Equal([0, 2 * MiB, 5 * MiB], first.Parts.Select(part => part.Range.FirstByte));
        Assert.Equal([130 * MiB], second.Parts.Select(part => part.Range.FirstByte));
        Assert.Null(second.NextFirstByte);
    }
}
