using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultUploadsTests
{
    private const int Limit = 3;

    private readonly DeciderDriver<VaultState, VaultCommand, VaultEvent> _vault =
        new(new VaultDecider(limits: new VaultLimits { OpenUploads = Limit }));

    public VaultUploadsTests() => _vault.Do(new BeginVault(Some.Incarnation, Some.Noon));

    private static OpenUpload Open(int number, UploadOrigin origin = UploadOrigin.Multipart) =>
        new(Some.Vault, Some.Upload(number), Some.Size(1), Some.Described("holiday"), origin);

    private static int PageOf(int number) => UploadPages.PageOf(Some.Upload(number));

    private static T Sent<T>(Decision<VaultEvent> decision)
        where T : class =>
        Assert.Single(decision.Intents.Select(intent => ((TellEntity)intent.Action).Command).OfType<T>());

    private long OpenUploads => Assert.IsType<VaultState.Live>(_vault.State).Admissions.Open;

    private void OpenAndConfirm(int number)
    {
        _vault.Do(Open(number));
        _vault.Do(new ConfirmUploadBegun(Some.Upload(number)));
        _vault.Do(new ConfirmUploadListed(Some.Upload(number)));
    }

    [Fact]
    public void Initiation_sends_to_the_upload_and_to_its_page_at_the_same_time()
    {
        var decision = _vault.Do(Open(1));

        Assert.Equal(
            [Some.Upload(1).Entity, Some.Incarnation.UploadPage(PageOf(1))],
            decision.Intents.Select(intent => ((TellEntity)intent.Action).Receiver));
        Assert.Equal(1, Sent<ListInPage>(decision).Admission);
    }

    [Fact]
    public void A_confirmed_admission_leaves_only_counts()
    {
        for (var number = 1; number <= Limit; number++)
        {
            OpenAndConfirm(number);
        }

        Assert.Empty(_vault.Decider.Pending(_vault.State));
        var live = Assert.IsType<VaultState.Live>(_vault.State);
        Assert.Empty(live.Admissions.InFlight);
        Assert.Equal(Limit, live.Admissions.Open);
    }

    [Fact]
    public void An_upload_above_the_limit_is_refused_until_another_has_ended()
    {
        OpenAndConfirm(1);
        _vault.Do(Open(2));
        _vault.Do(Open(3, UploadOrigin.SingleRequest));

        Assert.Equal(Limit, _vault.Refused<Refusal.TooManyUploads>(Open(4)).Limit);
        Assert.Equal(Limit, _vault.Refused<Refusal.TooManyUploads>(Open(4, UploadOrigin.SingleRequest)).Limit);
        _vault.Do(new RecordUploadPage(1, PageOf(1), 1));
        Assert.IsType<UploadSpec>(_vault.Do(Open(4)).Answer);
    }

    [Fact]
    public void A_repeated_initiation_returns_the_same_answer_even_at_the_limit()
    {
        var first = _vault.Ask(Open(1));
        _vault.Do(Open(2));
        _vault.Do(Open(3));
        _vault.Now += TimeSpan.FromMinutes(1);

        var again = _vault.Do(Open(1));

        Assert.Same(first, again.Answer);
        Assert.Empty(again.Events);
        Assert.True(again.AwaitsPending);
    }

    [Fact]
    public void A_repeated_late_or_earlier_incarnations_page_report_changes_nothing()
    {
        OpenAndConfirm(1);
        OpenAndConfirm(1 + 1000);
        var page = PageOf(1);
        _vault.Do(new RecordUploadPage(1, page, 1));

        Assert.Empty(_vault.Do(new RecordUploadPage(1, page, 1)).Events);
        Assert.Empty(_vault.Do(new RecordUploadPage(1, page, 0)).Events);
        Assert.Empty(_vault.Do(new RecordUploadPage(2, page, 2)).Events);
        Assert.Equal(1, OpenUploads);
    }

    [Fact]
    public void The_end_of_a_listed_upload_is_forwarded_to_its_page_and_counts_when_the_page_confirms()
    {
        OpenAndConfirm(1);

        var closing = _vault.Do(new CloseUpload(Some.Upload(1), 1));

        Assert.Equal(new CloseInPage(Some.Incarnation, Some.Upload(1), 0), Sent<CloseInPage>(closing));
        Assert.Equal(1, OpenUploads);
        _vault.Do(new RecordUploadPage(1, PageOf(1), 1));
        Assert.Empty(_vault.Do(new CloseUpload(Some.Upload(1), 1)).Intents);
        Assert.Equal(0, OpenUploads);
    }

    [Fact]
    public void An_upload_that_ends_before_its_listing_carries_its_admission_number()
    {
        _vault.Do(Open(1));
        Assert.Equal(1, Sent<CloseInPage>(_vault.Do(new CloseUpload(Some.Upload(1), 1))).Admission);
    }

    [Fact]
    public void The_archive_counts_before_the_page_learns_that_its_upload_has_ended()
    {
        OpenAndConfirm(1);
        var totals = new ShardTotals(7, 1, 1, 100, Some.Noon);

        var recorded = _vault.Do(new RecordArchives(1, totals, Some.Upload(1)));

        Assert.Single(recorded.Events.OfType<ArchivesRecorded>());
        Assert.Equal(Some.Upload(1), Sent<CloseInPage>(recorded).Upload);
        var again = _vault.Do(new RecordArchives(1, totals, Some.Upload(1)));
        Assert.Empty(again.Events);
        Assert.Equal(Some.Upload(1), Sent<CloseInPage>(again).Upload);
    }

    [Fact]
    public void Pages_that_are_empty_or_before_the_marker_are_not_read()
    {
        int[] numbers = [1, 2, 3];
        foreach (var number in numbers)
        {
            OpenAndConfirm(number);
        }

        var ordered = numbers.OrderBy(number => Some.Upload(number).ToString(), StringComparer.Ordinal).ToList();
        Assert.Equal(
            ordered.Select(PageOf), _vault.Ask(new FindUploadPages(Some.Vault, "")).Pages.Select(page => page.Page));
        _vault.Do(new RecordUploadPage(1, PageOf(ordered[2]), 1));
        Assert.Equal(
            [new OpenPage(PageOf(ordered[1]), 1)],
            _vault.Ask(new FindUploadPages(Some.Vault, Some.Upload(ordered[1]).ToString())).Pages);
    }

    [Fact]
    public void The_vaults_own_state_is_bounded_for_any_upload_limit()
    {
        var vault = new DeciderDriver<VaultState, VaultCommand, VaultEvent>(
            new VaultDecider(limits: new VaultLimits { OpenUploads = VaultLimits.MaxOpenUploads }));
        vault.Do(new BeginVault(Some.Incarnation, Some.Noon));
        for (var number = 0; number < Limits.MaxUploadsHeldByVault; number++)
        {
            vault.Do(Open(number, number % 2 == 0 ? UploadOrigin.Multipart : UploadOrigin.SingleRequest));
        }

        vault.Refused<Refusal.TooManyUploads>(Open(Limits.MaxUploadsHeldByVault));
        vault.Do(new ConfirmUploadBegun(Some.Upload(0)));
        vault.Do(new ConfirmUploadListed(Some.Upload(0)));
        Assert.IsType<UploadSpec>(vault.Do(Open(Limits.MaxUploadsHeldByVault)).Answer);
    }
}
