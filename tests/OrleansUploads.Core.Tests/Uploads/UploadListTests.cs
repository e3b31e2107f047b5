namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>A multipart upload to a vault adds itself to the vault's list, and removes itself.</summary>
public sealed class UploadListTests : UploadDriver
{
    private static readonly ArchiveUploadSpec Spec = Some.Spec();

    private Decision<UploadEvent> Completed()
    {
        Given(Initiate(), new ConfirmUploadListed(), Part(0, 9, "a"));
        return Do(Complete(10, "a"));
    }

    private static KeyEntry Listed(Intent intent)
    {
        var tell = intent.Does<TellKey>();
        var entry = Assert.IsType<ListUpload>(tell.Command).Entry;
        Assert.Equal((Some.Incarnation.Uploads, true), (tell.Index, intent.IsAwaited));
        Assert.Equal(entry.PositionIn(KeyTree.Uploads), tell.Position);
        return entry;
    }

    private static void AssertUnlists(Intent intent, bool mayWait = false)
    {
        var tell = intent.Does<TellKey>();
        Assert.Equal((Some.Incarnation.Uploads, true), (tell.Index, intent.IsAwaited));
        Assert.Equal(new UnlistUpload(new KeyPosition("", Spec.CreatedAt, Spec.Upload), mayWait), tell.Command);
        Assert.Equal(new KeyPosition("", Spec.CreatedAt, Spec.Upload), tell.Position);
    }

    [Theory]
    [InlineData(ByteStorage.Gateway)]
    [InlineData(ByteStorage.External)]
    public void An_upload_lists_itself_with_what_a_listing_shows_before_its_initiation_is_answered(ByteStorage storage)
    {
        var entry = Listed(Raised(Initiate(storage: storage)));
        Assert.Equal((Spec.Upload, Spec.CreatedAt, ""), (entry.Upload, entry.At, entry.Key.ToString()));
        Assert.Equal(new ListedArchive(Spec.PartSize, Spec.Description, storage), entry.Archive);
    }

    [Fact]
    public void A_repeated_initiation_changes_nothing_and_waits_until_the_vault_lists_the_upload()
    {
        var list = Raised(Initiate());
        Assert.Equal(AwaitedIntents.OwnAndEarlier, Unchanged(Initiate()).Awaits);
        Assert.Equal(list.Key, Assert.Single(Pending).Key);
        Assert.IsType<UploadListed>(Assert.Single(Confirm(list).Events));
        Assert.Empty(Pending);
        Unchanged(new ConfirmUploadListed());
    }

    [Fact]
    public void An_archive_in_one_request_is_never_listed()
    {
        Assert.Empty(Do(Initiate(UploadOrigin.SingleRequest)).Intents);
        Assert.Empty(Pending);
    }

    [Fact]
    public void A_completion_tells_the_index_and_the_list_at_the_same_time()
    {
        var intents = Completed().Intents;
        Assert.Equal(["index", "unlist"], intents.Select(intent => intent.Key).Order(StringComparer.Ordinal));
        AssertUnlists(intents.Single(intent => intent.Key == "unlist"), mayWait: true);
        Assert.True(intents.All(intent => intent.AnswersUnconfirmed));
    }

    [Theory]
    [InlineData("index")]
    [InlineData("unlist")]
    public void The_index_and_the_list_confirm_a_completion_in_any_order(string first)
    {
        var intents = Completed().Intents;
        Confirm(intents.Single(intent => intent.Key == first));
        var left = Assert.Single(Pending);
        Assert.NotEqual(first, left.Key);
        Assert.Empty(Confirm(left).Intents);
        Assert.Empty(Pending);
        Answered<AttemptsInUse.Only>(new FenceAttempts(Now));
    }

    [Fact]
    public void An_upload_that_completes_before_it_is_listed_removes_itself_all_the_same()
    {
        var list = Raised(Initiate());
        Given(Part(0, 9, "a"));
        AssertUnlists(Raised("unlist", Complete(10, "a")), mayWait: true);
        Assert.Empty(Confirm(list).Events);
        Assert.Equal(["index", "unlist"], Pending.Select(intent => intent.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_aborted_upload_removes_itself_from_the_list()
    {
        Given(Initiate(), new ConfirmUploadListed());
        var unlist = Raised(new AbortUpload(Some.Incarnation));
        AssertUnlists(unlist);
        Assert.Equal(AwaitedIntents.OwnAndEarlier, Unchanged(new AbortUpload(Some.Incarnation)).Awaits);
        Assert.IsType<UploadUnlisted>(Assert.Single(Confirm(unlist).Events));
        Assert.Empty(Pending);
    }

    [Fact]
    public void An_expired_upload_removes_itself_from_the_list()
    {
        Given(Initiate(), new ConfirmUploadListed());
        AssertUnlists(Assert.Single(WakeExactlyAt(Some.Noon + UploadPolicy.DefaultStaleAfter).Intents));
    }

    [Fact]
    public void An_upload_that_ends_before_it_is_listed_is_listed_and_then_removed()
    {
        var list = Raised(Initiate());
        Assert.Equal(list.Key, Raised(new AbortUpload(Some.Incarnation)).Key);
        AssertUnlists(Assert.Single(Confirm(list).Intents));
        Assert.Empty(Unchanged(new ConfirmUploadListed()).Intents);
    }

    [Fact]
    [Promise("operations.md", "the record of an ended upload")]
    public void The_record_of_a_deleted_archive_is_kept_until_its_upload_is_removed_from_the_list()
    {
        var archive = Assert.IsType<CompletedArchive>(Completed().Answer).Archive;
        Given(new ConfirmArchiveIndexed(), new ReleaseArchive(archive, Now, Now), new ConfirmBytesReclaimed());
        Now += UploadPolicy.DefaultRecordLife;
        Assert.False(Wake().Forgets);
        Given(new ConfirmUploadUnlisted());
        Assert.True(Wake().Forgets);
    }
}
