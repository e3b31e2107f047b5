namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultDeletionTests : VaultDriver
{
    private static readonly DeleteVault Delete = new(Some.Vault);

    public VaultDeletionTests() => Given(Begin());

    private static ICommand Sent(Intent intent) => intent.Does<TellEntity>().Command;

    [Fact]
    public void A_vault_with_uploads_in_progress_is_deleted_and_ends_them_before_the_account_unregisters_it()
    {
        OpenAndConfirm(1);
        Given(Open(2), Open(3, UploadOrigin.SingleRequest));

        var deleted = Do(Delete);

        Assert.Same(Done.Instance, deleted.Answer);
        Assert.Equal(
            new[] { Some.Upload(2), Some.Upload(3) }.OrderBy(upload => upload.ToString(), StringComparer.Ordinal),
            deleted.Intents.Select(Sent).OfType<EndUpload>().Select(end => end.Spec.Upload));
        Assert.Equal(
            new[] { 1, 2 }.Select(number => Some.Incarnation.UploadPage(PageOf(number))).ToHashSet(),
            deleted.Intents.Where(intent => Sent(intent) is EndListedUploads).Select(ReceiverOf).ToHashSet());
        Assert.DoesNotContain(deleted.Intents, intent => Sent(intent) is RemoveVault);
        var last = deleted.Intents.Select(intent => Confirm(intent)).ToList()[^1];
        Assert.Single(last.Intents).Tells<RemoveVault>();
    }

    [Fact]
    public void Endings_are_delivered_a_few_at_a_time_each_once()
    {
        for (var number = 1; number <= 100; number++)
        {
            Given(Open(number, UploadOrigin.SingleRequest));
        }

        var ended = ConfirmInTurn(Do(Delete).Intents, intent => Sent(intent) is EndUpload);
        Assert.Equal(100, ended.Count);
        Assert.Distinct(ended.Select(intent => intent.Key));
        Assert.Single(Pending).Tells<RemoveVault>();
    }

    [Fact]
    public void A_completion_that_reaches_the_vault_after_its_deletion_has_not_happened_and_one_before_holds_the_vault()
    {
        OpenAndConfirm(1);
        Assert.Same(AdditionVerdict.InVault, Do(Totals(1, 1, Some.Upload(1))).Answer);
        Assert.Equal(1, Refused<Refusal.VaultNotEmpty>(Delete).Archives);
        Given(Totals(2, 0), Delete);
        var late = Totals(3, 1, Some.Upload(1));
        Assert.Same(AdditionVerdict.Gone, Do(late).Answer);
        ConfirmAll();
        Given(Begin(epoch: 2));
        Assert.Same(AdditionVerdict.Gone, Do(late).Answer);
        Assert.Equal(0, Ask(new DescribeVault(Some.Vault)).Archives);
    }

    [Fact]
    public void Confirmations_of_an_earlier_incarnation_change_nothing()
    {
        OpenAndConfirm(1);
        Given(Delete);
        ConfirmAll();
        Given(Begin(epoch: 2));
        OpenAndConfirm(2);
        Given(Delete);
        Unchanged(new ConfirmPageEnded(PageOf(2), 1));
        Unchanged(new ConfirmHeldUploadEnded(Some.Upload(2), 1));
    }
}
