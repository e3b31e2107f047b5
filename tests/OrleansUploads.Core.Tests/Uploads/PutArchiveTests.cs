namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>An archive in one request.</summary>
public sealed class PutArchiveTests : UploadDriver
{
    private static readonly ArchiveUploadSpec Spec = Some.Spec(origin: UploadOrigin.SingleRequest);
    private static readonly ArchiveId Archive = ArchiveId.Derive(Spec.Upload, 100, Some.Hash("a"));

    private static PutArchive Put { get; } = new(Spec, 100, Some.Hash("a"), Some.Attempt(1));

    private static PutArchive StartedAt(DateTimeOffset at) => Put with { Attempt = Some.Attempt(1, at) };

    [Fact]
    public void It_is_initiated_stored_and_completed_in_one_write()
    {
        var decision = Do(Put);

        Assert.Equal(
            [typeof(UploadInitiated), typeof(PartStored), typeof(CompletionFrozen)],
            decision.Events.Select(happened => happened.GetType()));
        Assert.Equal(new CompletedArchive(Archive, Some.Vault, 100, Some.Hash("a")), decision.Answer);
        var index = Assert.Single(decision.Intents);
        Assert.Equal(Archive, Assert.IsType<AddArchive>(index.Does<TellEntity>().Command).Entry.Archive);
        Assert.Equal([Put.Attempt], AttemptsInUse);
        Confirm(index, AdditionVerdict.InVault);
        Assert.Empty(Pending);
        Assert.Equal([Put.Attempt], AttemptsInUse);
    }

    [Fact]
    public void Its_upload_keeps_the_manifest_until_the_bytes_are_released()
    {
        Refused<Refusal.UploadNotFound>(new FindManifest(Some.Incarnation));
        var index = Assert.Single(Do(Put).Intents);
        AssertManifest();
        Confirm(index, AdditionVerdict.InVault);
        AssertManifest();

        Given(new ReleaseArchive(Archive, Now, BytesUntil: Now + TimeSpan.FromHours(1)));
        AssertManifest();
        Given(new FreeBytes());
        Assert.Null(((FoundManifest)Ask(new FindManifest(Some.Incarnation))).ToManifest());

        void AssertManifest()
        {
            var manifest = ((FoundManifest)Ask(new FindManifest(Some.Incarnation))).ToManifest()!;
            Assert.Equal(
                (Spec.Upload, Archive, 100, Some.Hash("a"), Spec.PartSize.Bytes),
                (manifest.Upload, manifest.Archive, manifest.SizeBytes, manifest.TreeHash, manifest.PartSizeBytes));
            Assert.Equal(new Extent(PartPlace.In(Put.Attempt), 100, Some.Hash("a")), Assert.Single(manifest.Extents));
        }
    }

    [Fact]
    public void A_repeated_command_returns_the_same_archive_and_waits_for_the_index()
    {
        var first = Ask(Put);
        var again = Unchanged(Put);
        Assert.Equal(first, again.Answer);
        Assert.Equal(AwaitedIntents.OwnAndEarlier, again.Awaits);

        // A host that does not know whether the first command arrived sends it again, even long after.
        ConfirmAll();
        Now += TimeSpan.FromDays(1);
        Assert.Equal(first, Unchanged(Put).Answer);
    }

    [Fact]
    public void An_attempt_that_may_be_collected_unseen_is_refused()
    {
        Refused<Refusal.AttemptCollected>(StartedAt(Now - UploadPolicy.UnannouncedLife - Tick));
        Answered<CompletedArchive>(StartedAt(Now - UploadPolicy.UnannouncedLife));
    }

    [Fact]
    public void An_announced_attempt_may_be_old_but_not_from_before_the_fence()
    {
        Given(Initiate(UploadOrigin.SingleRequest));
        Now += TimeSpan.FromHours(3);
        var fence = Some.Noon + TimeSpan.FromHours(1);
        Given(new FenceAttempts(fence));
        Refused<Refusal.AttemptCollected>(StartedAt(fence - Tick));
        var decision = Do(StartedAt(fence));
        Assert.Equal([typeof(PartStored), typeof(CompletionFrozen)], decision.Events.Select(happened => happened.GetType()));
        Assert.Equal(Archive, Assert.IsType<CompletedArchive>(decision.Answer).Archive);
    }

    [Fact]
    public void Without_its_vault_it_does_not_exist_and_a_repeated_command_says_the_same()
    {
        var decision = Do(Put);
        var index = Assert.Single(decision.Intents);
        var gone = index.Revises!(decision.Answer, AdditionVerdict.Gone);
        Assert.Equal(new Refusal.VaultNotFound(Some.Vault), gone);

        var reclaim = Assert.Single(Confirm(index, AdditionVerdict.Gone).Intents);

        Assert.Equal(
            (new ReclaimBytes(Spec.Upload, Some.Vault.Account.ToString()), false), (reclaim.Does<ReclaimBytes>(), reclaim.IsRecorded));
        Assert.Empty(Pending);
        Answered<AttemptsInUse.None>(new FenceAttempts(Now));
        Assert.Equal(gone, Unchanged(Put).Answer);
        Now += UploadPolicy.DefaultRecordLife;
        Assert.True(Wake().Forgets);
    }

    [Fact]
    public void The_bytes_of_its_deleted_archive_are_reclaimed_and_its_record_is_forgotten()
    {
        Given(Put);
        ConfirmAll();
        Raised(new ReleaseArchive(Archive, Now, Now)).Does<ReclaimBytes>();
        ConfirmAll();
        Now += UploadPolicy.DefaultRecordLife;
        Assert.True(Wake().Forgets);
    }

    [Fact]
    public void It_is_not_found_in_a_later_vault_of_the_same_name()
    {
        Given(Put);
        Refused<Refusal.UploadNotFound>(Put with { Spec = Spec with { Vault = Later } });

        var announced = new UploadDriver();
        announced.Given(Initiate(UploadOrigin.SingleRequest));
        announced.Refused<Refusal.UploadNotFound>(Put with { Spec = Spec with { Vault = Later } });
    }

    [Fact]
    public void A_multipart_upload_or_an_aborted_one_takes_no_archive_in_one_request()
    {
        Given(Initiate(UploadOrigin.SingleRequest), new AbortUpload(Some.Incarnation));
        Refused<Refusal.UploadNotFound>(Put);

        var multipart = new UploadDriver();
        multipart.Given(Initiate());
        multipart.Refused<Refusal.UploadNotFound>(Put);
    }
}
