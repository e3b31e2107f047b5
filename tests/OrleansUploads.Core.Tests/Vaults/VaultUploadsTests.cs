namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultUploadsTests : VaultDriver
{
    private const int Limit = 3;

    public VaultUploadsTests()
        : base(new VaultLimits { OpenUploads = Limit }) => Given(Begin());

    private long OpenUploads => Live.Admissions.Open;

    private static T Sent<T>(Decision<VaultEvent> decision)
        where T : class =>
        Assert.Single(decision.Intents.Select(intent => intent.Does<TellEntity>().Command).OfType<T>());

    [Fact]
    public void Initiation_sends_to_the_upload_and_to_its_page_at_the_same_time()
    {
        var decision = Do(Open(1));
        Assert.Equal(
            [Some.Upload(1).Entity, Some.Incarnation.UploadPage(PageOf(1))], decision.Intents.Select(ReceiverOf));
        Assert.Equal(1, Sent<ListInPage>(decision).Admission);
        Given(new ConfirmUploadListed(Some.Upload(1)));
        Assert.Equal(Some.Upload(1).Entity, ReceiverOf(Assert.Single(Pending)));
    }

    [Fact]
    public void A_confirmed_admission_leaves_only_counts()
    {
        OpenAndConfirm(1);
        OpenAndConfirm(2);
        OpenAndConfirm(3);
        Assert.Empty(Pending);
        Assert.Empty(Live.Admissions.InFlight);
        Assert.Equal(Limit, OpenUploads);
    }

    [Fact]
    public void An_upload_above_the_limit_is_refused_until_another_has_ended()
    {
        OpenAndConfirm(1);
        Given(Open(2), Open(3, UploadOrigin.SingleRequest));
        Assert.Equal(Limit, Refused<Refusal.TooManyUploads>(Open(4)).Limit);
        Assert.Equal(Limit, Refused<Refusal.TooManyUploads>(Open(4, UploadOrigin.SingleRequest)).Limit);
        Given(new RecordUploadPage(1, PageOf(1), 1));
        Answered<UploadSpec>(Open(4));
    }

    [Fact]
    public void A_repeated_initiation_returns_the_same_answer_even_at_the_limit()
    {
        var first = Ask(Open(1));
        Given(Open(2), Open(3));
        Now += TimeSpan.FromMinutes(1);
        var again = Unchanged(Open(1));
        Assert.Same(first, again.Answer);
        Assert.True(again.AwaitsPending);
    }

    [Fact]
    public void A_repeated_late_or_earlier_incarnations_page_report_changes_nothing()
    {
        OpenAndConfirm(1);
        OpenAndConfirm(1 + 1000);
        var page = PageOf(1);
        Given(new RecordUploadPage(1, page, 1));
        Unchanged(new RecordUploadPage(1, page, 1));
        Unchanged(new RecordUploadPage(1, page, 0));
        Unchanged(new RecordUploadPage(2, page, 2));
        Assert.Equal(1, OpenUploads);
    }

    [Fact]
    public void The_end_of_a_listed_upload_is_forwarded_to_its_page_and_counts_when_the_page_confirms()
    {
        OpenAndConfirm(1);
        var close = new CloseUpload(Some.Upload(1), 1);
        Assert.Equal(new CloseInPage(Some.Incarnation, Some.Upload(1), 0), Sent<CloseInPage>(Do(close)));
        Assert.Equal(1, OpenUploads);
        Given(new RecordUploadPage(1, PageOf(1), 1));
        Assert.Empty(Do(close).Intents);
        Assert.Equal(0, OpenUploads);
    }

    [Fact]
    public void An_upload_that_ends_before_its_listing_carries_its_admission_number()
    {
        Given(Open(1), new ConfirmUploadBegun(Some.Upload(1)));
        Assert.Equal(1, Sent<CloseInPage>(Do(new CloseUpload(Some.Upload(1), 1))).Admission);
    }

    [Fact]
    public void The_archive_counts_before_the_page_learns_that_its_upload_has_ended()
    {
        OpenAndConfirm(1);
        var record = Totals(1, 1, Some.Upload(1));
        var recorded = Do(record);
        Assert.Single(recorded.Events.OfType<ArchivesRecorded>());
        Assert.Equal(Some.Upload(1), Sent<CloseInPage>(recorded).Upload);
        Assert.Equal(Some.Upload(1), Sent<CloseInPage>(Unchanged(record)).Upload);
    }

    [Fact]
    public void Pages_that_are_empty_or_before_the_marker_are_not_read()
    {
        var ordered = new[] { 1, 2, 3 }.OrderBy(number => Some.Upload(number).ToString(), StringComparer.Ordinal).ToList();
        ordered.ForEach(OpenAndConfirm);
        Assert.Equal(ordered.Select(PageOf), Ask(new FindUploadPages(Some.Vault, "")).Pages.Select(page => page.Page));

        Given(new RecordUploadPage(1, PageOf(ordered[2]), 1));
        Assert.Equal(
            [new OpenPage(PageOf(ordered[1]), 1)],
            Ask(new FindUploadPages(Some.Vault, Some.Upload(ordered[1]).ToString())).Pages);
    }

    [Fact]
    public void The_vaults_own_state_is_bounded_for_any_upload_limit()
    {
        const int Most = Limits.MaxUploadsHeldByVault;
        var vault = new VaultDriver(new VaultLimits { OpenUploads = VaultLimits.MaxOpenUploads });
        vault.Given(Begin());
        for (var number = 0; number < Most; number++)
        {
            vault.Given(Open(number, number % 2 == 0 ? UploadOrigin.Multipart : UploadOrigin.SingleRequest));
        }

        vault.Refused<Refusal.TooManyUploads>(Open(Most));
        vault.Given(new ConfirmUploadBegun(Some.Upload(0)), new ConfirmUploadListed(Some.Upload(0)));
        vault.Answered<UploadSpec>(Open(Most));
    }
}
