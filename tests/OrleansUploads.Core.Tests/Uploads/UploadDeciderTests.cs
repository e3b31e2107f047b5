using OrleansUploads.Core.Archives;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class UploadDeciderTests
{
    private const long MiB = Some.MiB;

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(
        new UploadDecider(new UploadPolicy()));

    private static TreeHash Fold(params string[] contents) =>
        TreeHasher.Combine(contents.Select(Some.Hash).ToArray());

    private void Initiate(int partMebibytes = 1) => _upload.Do(new InitiateUpload(Some.Spec(1, partMebibytes)));

    private static StorePart Part(long first, long last, string content, int attempt = 1) =>
        new(Some.Vault, new PartRange(first, last), Some.Hash(content), Some.Attempt(attempt));

    private static CompleteUpload Complete(long size, TreeHash hash) => new(Some.Vault, size, hash);

    [Fact]
    public void A_part_is_accepted_and_listed()
    {
        Initiate();

        Assert.Same(Done.Instance, _upload.Ask(Part(0, MiB - 1, "a")));

        var page = _upload.Ask(new ListParts(Some.Vault, 0, 10));
        var part = Assert.Single(page.Parts);
        Assert.Equal((new PartRange(0, MiB - 1), Some.Hash("a")), (part.Range, part.TreeHash));
        Assert.Null(page.NextFirstByte);
    }

    [Fact]
    public void The_same_bytes_in_a_new_attempt_replace_the_part_because_the_first_may_be_damaged()
    {
        Initiate();
        _upload.Do(Part(0, MiB - 1, "a", attempt: 1));

        var again = _upload.Do(Part(0, MiB - 1, "a", attempt: 2));

        Assert.Equal(Some.Attempt(2), Assert.IsType<PartStored>(Assert.Single(again.Events)).Attempt);
        Assert.Same(Done.Instance, again.Answer);
        var inUse = Assert.IsType<AttemptsInUse.Only>(_upload.Ask(new FenceAttempts(_upload.Now)));
        Assert.Equal([Some.Attempt(2)], inUse.Attempts);
    }

    [Fact]
    public void A_repeated_report_finds_its_own_attempt_in_use()
    {
        Initiate();
        _upload.Do(Part(0, MiB - 1, "a", attempt: 1));

        var again = _upload.Do(Part(0, MiB - 1, "a", attempt: 1));

        Assert.Empty(again.Events);
        Assert.Same(Done.Instance, again.Answer);
    }

    [Fact]
    public void Different_bytes_for_a_slot_replace_the_part_at_any_length()
    {
        Initiate();
        _upload.Do(Part(0, MiB - 1, "a", attempt: 1));
        _upload.Do(Part(0, 99, "b", attempt: 2));

        var inUse = Assert.IsType<AttemptsInUse.Only>(_upload.Do(new FenceAttempts(DateTimeOffset.MinValue)).Answer);

        Assert.Equal([Some.Attempt(2)], inUse.Attempts);
    }

    [Theory]
    [InlineData(1, MiB, "first byte off the grid by one")]
    [InlineData(MiB - 1, MiB, "first byte one before the grid")]
    public void A_part_that_does_not_start_at_a_multiple_of_the_part_size_is_refused(long first, long last, string why)
    {
        Initiate();
        Assert.NotNull(why);
        _upload.Refused<Refusal.RangeNotAligned>(Part(first, last, "a"));
    }

    [Fact]
    public void A_part_may_be_at_most_as_long_as_the_part_size()
    {
        Initiate();
        _upload.Ask(Part(0, MiB - 2, "a"));
        _upload.Ask(Part(0, MiB - 1, "b"));
        _upload.Refused<Refusal.PartTooLarge>(Part(0, MiB, "c"));
    }

    [Fact]
    public void An_upload_has_at_most_ten_thousand_slots()
    {
        Initiate();
        _upload.Ask(Part(9_999 * MiB, (10_000 * MiB) - 1, "a"));
        _upload.Refused<Refusal.TooManyParts>(Part(10_000 * MiB, (10_001 * MiB) - 1, "b"));
    }

    [Fact]
    public void An_upload_is_not_found_in_another_vault()
    {
        Initiate();
        var other = Some.VaultNamed("music");
        _upload.Refused<Refusal.UploadNotFound>(new StorePart(other, new PartRange(0, 9), Some.Hash("a"), Some.Attempt(1)));
        _upload.Refused<Refusal.UploadNotFound>(new CheckPart(other, new PartRange(0, 9)));
        _upload.Refused<Refusal.UploadNotFound>(new CompleteUpload(other, 10, Some.Hash("a")));
        _upload.Refused<Refusal.UploadNotFound>(new AbortUpload(other));
        _upload.Refused<Refusal.UploadNotFound>(new ListParts(other, 0, 1));
    }

    [Fact]
    public void Completion_derives_the_archive_ID_then_stores_the_manifest_then_indexes_the_archive()
    {
        Initiate();
        _upload.Do(Part(MiB, MiB + 9, "b", attempt: 2));
        _upload.Do(Part(0, MiB - 1, "a", attempt: 1));

        var decision = _upload.Do(Complete(MiB + 10, Fold("a", "b")));

        var archive = Assert.IsType<CompletedArchive>(decision.Answer);
        Assert.Equal(ArchiveId.Derive(Some.Upload(1), MiB + 10, Fold("a", "b")), archive.Archive);
        var store = Assert.IsType<StoreManifest>(Assert.Single(decision.Intents).Action);
        var manifest = store.Manifest;
        Assert.Equal([Some.Attempt(1), Some.Attempt(2)], manifest.Extents.Select(extent => extent.Place.Attempt!.Value));

        var sent = Assert.IsType<AddArchive>(store.Then?.Command);
        Assert.Equal(archive.Archive, sent.Entry.Archive);
        _upload.Do(new ConfirmArchiveIndexed());
        Assert.Empty(_upload.Decider.Pending(_upload.State));
    }

    [Fact]
    public void A_repeated_completion_returns_the_same_archive_and_no_event()
    {
        Initiate();
        _upload.Do(Part(0, 9, "a"));
        var first = _upload.Ask(Complete(10, Some.Hash("a")));

        var again = _upload.Do(Complete(10, Some.Hash("a")));

        Assert.Equal(first, again.Answer);
        Assert.Empty(again.Events);
        Assert.True(again.AwaitsPending);
        _upload.ConfirmAll();
        Assert.Equal(first, _upload.Do(Complete(10, Some.Hash("a"))).Answer);
    }

    [Fact]
    public void A_repeated_completion_with_a_different_size_or_hash_is_refused()
    {
        Initiate();
        _upload.Do(Part(0, 9, "a"));
        _upload.Do(Complete(10, Some.Hash("a")));
        _upload.Refused<Refusal.CompletionMismatch>(Complete(11, Some.Hash("a")));
        _upload.Refused<Refusal.CompletionMismatch>(Complete(10, Some.Hash("b")));
    }

    [Fact]
    public void Completion_is_refused_for_no_parts_a_gap_a_short_middle_part_or_a_wrong_size_or_hash()
    {
        Initiate();
        _upload.Refused<Refusal.NoParts>(Complete(0, Some.Hash("a")));

        _upload.Do(Part(2 * MiB, (2 * MiB) + 9, "c"));
        Assert.Equal(
            new PartRange(0, (2 * MiB) - 1), _upload.Refused<Refusal.PartMissing>(Complete(1, Some.Hash("a"))).FirstGap);

        _upload.Do(Part(0, MiB - 1, "a"));
        Assert.Equal(
            new PartRange(MiB, (2 * MiB) - 1), _upload.Refused<Refusal.PartMissing>(Complete(1, Some.Hash("a"))).FirstGap);

        _upload.Do(Part(MiB, (2 * MiB) - 2, "b"));
        Assert.Equal(
            new PartRange(MiB, (2 * MiB) - 2), _upload.Refused<Refusal.PartTooShort>(Complete(1, Some.Hash("a"))).Range);

        _upload.Do(Part(MiB, (2 * MiB) - 1, "b"));
        var size = _upload.Refused<Refusal.SizeDiffers>(Complete((2 * MiB) + 11, Fold("a", "b", "c")));
        Assert.Equal((2 * MiB) + 10, size.UploadedBytes);

        var hash = _upload.Refused<Refusal.TreeHashDiffers>(Complete((2 * MiB) + 10, Fold("a", "c", "b")));
        Assert.Equal(Fold("a", "b", "c"), hash.Computed);

        _upload.Ask(Complete((2 * MiB) + 10, Fold("a", "b", "c")));
    }

    [Fact]
    public void A_completed_upload_refuses_parts_abort_and_listing()
    {
        Initiate();
        _upload.Do(Part(0, 9, "a"));
        _upload.Do(Complete(10, Some.Hash("a")));
        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "b"));
        _upload.Refused<Refusal.UploadNotFound>(new AbortUpload(Some.Vault));
        _upload.Refused<Refusal.UploadNotFound>(new ListParts(Some.Vault, 0, 1));
    }

    [Fact]
    public void Completion_is_refused_until_a_part_missing_from_the_store_is_sent_again()
    {
        Initiate();
        _upload.Do(Part(0, MiB - 1, "a", attempt: 1));
        _upload.Do(Part(MiB, MiB + 9, "b", attempt: 2));
        var hash = TreeHasher.Combine([Some.Hash("a"), Some.Hash("b")]);
        ListedAttempt first = new(Some.Attempt(1), MiB);

        foreach (ListedAttempt[] stored in (ListedAttempt[][])[[first], [first, new(Some.Attempt(2), 9)]])
        {
            var refusal = _upload.Refused<Refusal.PartLost>(new CompleteUpload(Some.Vault, MiB + 10, hash, stored));
            Assert.Equal(new PartRange(MiB, MiB + 9), refusal.Range);
        }

        _upload.Do(Part(MiB, MiB + 9, "b", attempt: 3));
        Assert.Equal(hash, _upload.Ask(
            new CompleteUpload(Some.Vault, MiB + 10, hash, [first, new(Some.Attempt(3), 10)])).TreeHash);
        Assert.Equal(hash, _upload.Ask(new CompleteUpload(Some.Vault, MiB + 10, hash, [])).TreeHash);
    }

    [Fact]
    public void An_aborted_upload_refuses_parts_and_completion_and_a_repeated_abort_changes_nothing()
    {
        Initiate();
        _upload.Do(Part(0, 9, "a"));
        _upload.Ask(new AbortUpload(Some.Vault));
        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "a"));
        _upload.Refused<Refusal.UploadNotFound>(Complete(10, Some.Hash("a")));

        var again = _upload.Do(new AbortUpload(Some.Vault));

        Assert.Same(Done.Instance, again.Answer);
        Assert.Empty(again.Events);
    }

    [Fact]
    public void An_attempt_from_before_the_fence_is_refused()
    {
        Initiate();
        var before = Some.Attempt(1, Some.Noon);
        var after = Some.Attempt(2, Some.Noon + TimeSpan.FromMinutes(1));
        _upload.Now = Some.Noon + TimeSpan.FromMinutes(1);
        _upload.Do(new FenceAttempts(Some.Noon + TimeSpan.FromSeconds(1)));

        _upload.Refused<Refusal.AttemptCollected>(Part(0, 9, "a") with { Attempt = before });
        Assert.Same(Done.Instance, _upload.Ask(Part(0, 9, "a") with { Attempt = after }));
    }

    [Fact]
    public void A_fence_in_the_future_is_refused()
    {
        Initiate();

        _upload.Refused<Refusal.CollectionHeld>(new FenceAttempts(_upload.Now + TimeSpan.FromMilliseconds(1)));

        Assert.Same(Done.Instance, _upload.Ask(Part(0, 9, "a") with { Attempt = Some.Attempt(1, _upload.Now) }));
    }

    [Fact]
    public void An_old_fence_in_the_future_refuses_a_part_before_its_bytes_are_read()
    {
        Initiate();
        var fenced = (UploadState.Open)_upload.State with { FencedBefore = _upload.Now + TimeSpan.FromDays(2) };

        var check = _upload.Decider.Decide(
            fenced, new CheckPart(Some.Vault, new PartRange(0, 9)), ServiceTime.Continuous(_upload.Now));

        Assert.IsType<Refusal.AttemptCollected>(check.Answer);
    }

    [Fact]
    public void A_part_in_use_from_before_the_fence_stays_in_use()
    {
        Initiate();
        _upload.Do(Part(0, 9, "a", attempt: 1));
        _upload.Now = Some.Noon + TimeSpan.FromDays(1);

        var inUse = _upload.Ask(new FenceAttempts(_upload.Now));

        Assert.Contains(Some.Attempt(1), Assert.IsType<AttemptsInUse.Only>(inUse).Attempts);
        Assert.Same(Done.Instance, _upload.Ask(Part(0, 9, "a", attempt: 1)));
    }

    [Fact]
    public void An_upload_expires_after_exactly_a_week_without_activity()
    {
        var week = UploadPolicy.DefaultStaleAfter;
        Initiate();
        _upload.Now = Some.Noon + TimeSpan.FromDays(3);
        _upload.Do(Part(0, 9, "a"));
        var dueAt = _upload.Now + week;
        Assert.Equal(dueAt, _upload.Decider.WakeAt(_upload.State));

        _upload.Now = dueAt - TimeSpan.FromMilliseconds(1);
        Assert.Empty(_upload.Wake().Events);
        _upload.Now = dueAt;
        Assert.IsType<UploadExpired>(Assert.Single(_upload.Wake().Events));
        _upload.Refused<Refusal.UploadNotFound>(Part(0, 9, "a"));
        _upload.Refused<Refusal.UploadNotFound>(new AbortUpload(Some.Vault));
    }

    [Fact]
    public void An_interrupted_single_request_archive_expires_after_a_day()
    {
        _upload.Do(new InitiateUpload(Some.Spec(origin: UploadOrigin.SingleRequest)));
        _upload.Now = Some.Noon + UploadPolicy.MinStaleAfter - TimeSpan.FromMilliseconds(1);
        Assert.Empty(_upload.Wake().Events);
        _upload.Now += TimeSpan.FromMilliseconds(1);
        Assert.IsType<UploadExpired>(Assert.Single(_upload.Wake().Events));
    }

    [Fact]
    public void The_record_of_an_ended_upload_is_kept_until_the_vault_has_confirmed()
    {
        Initiate();
        _upload.Do(new AbortUpload(Some.Vault));
        _upload.Now = Some.Noon + UploadPolicy.DefaultRecordLife;
        Assert.False(_upload.Wake().Forgets);

        _upload.ConfirmAll();

        Assert.True(_upload.Wake().Forgets);
    }

    [Fact]
    public void A_part_names_the_sender_of_its_newest_attempt_even_after_compaction()
    {
        var (ann, bob) = (new Sender("ANN", "node-1", "10.0.0.1"), new Sender("BOB", null, null));
        Initiate();
        _upload.Do(Part(0, MiB - 1, "a", 1) with { Sender = ann });
        _upload.Do(Part(MiB, (2 * MiB) - 1, "b", 2) with { Sender = ann });
        _upload.Do(Part(MiB, (2 * MiB) - 1, "c", 3) with { Sender = bob });
        _upload.Do(Part(2 * MiB, (3 * MiB) - 1, "d", 4));

        var rebuilt = _upload.Decider.Compact(_upload.State).Aggregate(_upload.Decider.Initial, _upload.Decider.Evolve);
        foreach (var state in (UploadState[])[_upload.State, rebuilt])
        {
            Assert.Equal([ann, bob, null, null], Enumerable.Range(1, 4).Select(number => Assert.IsType<FoundPart>(
                _upload.Decider.Decide(state, new FindPart(Some.Vault, number), ServiceTime.Continuous(_upload.Now)).Answer).Sender));
        }
    }

    [Fact]
    public void Parts_are_listed_by_range_in_pages()
    {
        Initiate();
        foreach (var slot in new[] { 5, 0, 130, 2 })
        {
            _upload.Do(Part(slot * MiB, (slot * MiB) + 9, $"{slot}", slot));
        }

        var first = _upload.Ask(new ListParts(Some.Vault, 0, 3));
        var second = _upload.Ask(new ListParts(Some.Vault, first.NextFirstByte!.Value, 3));

        Assert.Equal([0, 2 * MiB, 5 * MiB], first.Parts.Select(part => part.Range.FirstByte));
        Assert.Equal([130 * MiB], second.Parts.Select(part => part.Range.FirstByte));
        Assert.Null(second.NextFirstByte);
    }
}
