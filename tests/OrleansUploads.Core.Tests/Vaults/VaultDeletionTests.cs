using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Tests.Vaults;

public sealed class VaultDeletionTests
{
    private readonly DeciderDriver<VaultState, VaultCommand, VaultEvent> _vault = new(new VaultDecider());

    public VaultDeletionTests() => _vault.Do(new BeginVault(Some.Incarnation, Some.Noon));

    private static OpenUpload Open(int number, UploadOrigin origin = UploadOrigin.Multipart) =>
        new(Some.Vault, Some.Upload(number), Some.Size(1), Description.None, origin);

    private static int PageOf(int number) => UploadPages.PageOf(Some.Upload(number));

    private static ICommand Sent(Intent intent) => ((TellEntity)intent.Action).Command;

    private void OpenAndConfirm(int number)
    {
        _vault.Do(Open(number));
        _vault.Do(new ConfirmUploadBegun(Some.Upload(number)));
        _vault.Do(new ConfirmUploadListed(Some.Upload(number)));
    }

    [Fact]
    public void A_vault_with_uploads_in_progress_is_deleted_and_ends_them_before_the_account_unregisters_it()
    {
        OpenAndConfirm(1);
        _vault.Do(Open(2));
        _vault.Do(Open(3, UploadOrigin.SingleRequest));

        var deleted = _vault.Do(new DeleteVault(Some.Vault));

        Assert.Same(Done.Instance, deleted.Answer);
        Assert.Equal(
            new[] { Some.Upload(2), Some.Upload(3) }.OrderBy(upload => upload.ToString(), StringComparer.Ordinal),
            deleted.Intents.Select(Sent).OfType<EndUpload>().Select(end => end.Spec.Upload));
        Assert.Equal(
            new[] { 1, 2 }.Select(number => Some.Incarnation.UploadPage(PageOf(number))).ToHashSet(),
            deleted.Intents.Where(intent => Sent(intent) is EndListedUploads)
                .Select(intent => ((TellEntity)intent.Action).Receiver).ToHashSet());
        Assert.DoesNotContain(deleted.Intents, intent => Sent(intent) is RemoveVault);
        var last = deleted.Intents.Select(intent => _vault.Do((VaultCommand)intent.Confirmation)).ToList()[^1];
        Assert.IsType<RemoveVault>(Sent(Assert.Single(last.Intents)));
    }

    [Fact]
    public void Endings_are_delivered_a_few_at_a_time_each_once()
    {
        for (var number = 1; number <= 100; number++)
        {
            _vault.Do(Open(number, UploadOrigin.SingleRequest));
        }

        var inFlight = new Queue<Intent>(_vault.Do(new DeleteVault(Some.Vault)).Intents);
        var ended = new HashSet<string>();
        while (inFlight.TryDequeue(out var intent) && Sent(intent) is EndUpload)
        {
            Assert.InRange(inFlight.Count, 0, 15);
            Assert.True(ended.Add(intent.Key));
            Assert.Equal(
                inFlight.Append(intent).Select(one => one.Key).ToHashSet(),
                _vault.Decider.Pending(_vault.State).Select(one => one.Key).ToHashSet());
            foreach (var next in _vault.Do((VaultCommand)intent.Confirmation).Intents)
            {
                inFlight.Enqueue(next);
            }
        }

        Assert.Equal(100, ended.Count);
        Assert.IsType<RemoveVault>(Sent(Assert.Single(_vault.Decider.Pending(_vault.State))));
    }

    [Fact]
    public void A_compacted_history_of_a_deleted_vault_keeps_what_is_left_to_end()
    {
        OpenAndConfirm(1);
        _vault.Do(Open(2));
        _vault.Do(new DeleteVault(Some.Vault));

        var compacted = _vault.Decider.Compact(_vault.State).ToList();

        Assert.InRange(compacted.Count, 1, _vault.Decider.CompactCount(_vault.State));
        var rebuilt = compacted.Aggregate(_vault.Decider.Initial, _vault.Decider.Evolve);
        Assert.Equal(
            _vault.Decider.Pending(_vault.State).Select(intent => (intent.Key, intent.Action)),
            _vault.Decider.Pending(rebuilt).Select(intent => (intent.Key, intent.Action)));
    }

    [Fact]
    public void A_completion_that_reaches_the_vault_after_its_deletion_has_not_happened_and_one_before_holds_the_vault()
    {
        OpenAndConfirm(1);
        var totals = new ShardTotals(7, 1, 1, 100, Some.Noon);
        var completed = new RecordArchives(Some.Incarnation.Epoch, totals, Some.Upload(1));
        Assert.Same(AdditionVerdict.InVault, _vault.Do(completed).Answer);
        Assert.Equal(1, _vault.Refused<Refusal.VaultNotEmpty>(new DeleteVault(Some.Vault)).Archives);
        _vault.Do(new RecordArchives(Some.Incarnation.Epoch, totals with { Version = 2, Archives = 0 }, null));
        _vault.Do(new DeleteVault(Some.Vault));

        var late = completed with { Totals = totals with { Version = 3 } };
        Assert.Same(AdditionVerdict.Gone, _vault.Do(late).Answer);
        _vault.ConfirmAll();
        _vault.Do(new BeginVault(Some.Incarnation with { Epoch = Some.Incarnation.Epoch + 1 }, Some.Noon));

        Assert.Same(AdditionVerdict.Gone, _vault.Do(late).Answer);
        Assert.Equal(0, _vault.Ask(new DescribeVault(Some.Vault)).Archives);
    }

    [Fact]
    public void Confirmations_of_an_earlier_incarnation_change_nothing()
    {
        OpenAndConfirm(1);
        _vault.Do(new DeleteVault(Some.Vault));
        _vault.ConfirmAll();
        _vault.Do(new BeginVault(Some.Incarnation with { Epoch = Some.Incarnation.Epoch + 1 }, Some.Noon));
        OpenAndConfirm(2);
        _vault.Do(new DeleteVault(Some.Vault));

        Assert.Empty(_vault.Do(new ConfirmPageEnded(PageOf(2), Some.Incarnation.Epoch)).Events);
        Assert.Empty(_vault.Do(new ConfirmHeldUploadEnded(Some.Upload(2), Some.Incarnation.Epoch)).Events);
    }
}
