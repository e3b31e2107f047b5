namespace OrleansUploads.Core.Tests.Vaults;

public class VaultDriver() : DeciderDriver<VaultState, VaultCommand, VaultEvent>(new VaultDecider())
{
    protected VaultState.Live Live => Assert.IsType<VaultState.Live>(State);

    protected static BeginVault Begin(long epoch = 1) => new(Some.Incarnation with { Epoch = epoch }, Some.Noon);

    /// <summary>The totals of a shard, in which every archive has 100 bytes.</summary>
    protected static RecordArchives Totals(long version, long archives, int shard = 7) =>
        new(1, new ShardTotals(shard, version, archives, archives * 100, Some.Noon + TimeSpan.FromSeconds(version)));

    protected static EntityId ReceiverOf(Intent intent) => intent.Does<TellEntity>().Receiver;

    /// <summary>Confirms intents one after the other. At most 16 may be under way at the same time.</summary>
    /// <returns>The intents in the order in which they were confirmed.</returns>
    protected List<Intent> ConfirmInTurn(IEnumerable<Intent> intents, Predicate<Intent> isExpected)
    {
        var confirmed = new List<Intent>();
        var underWay = new Queue<Intent>(intents);
        while (underWay.TryPeek(out var intent) && isExpected(intent))
        {
            Assert.InRange(underWay.Count, 1, 16);
            Assert.Equal(underWay.Select(one => one.Key).ToHashSet(), Pending.Select(one => one.Key).ToHashSet());
            confirmed.Add(underWay.Dequeue());
            foreach (var next in Confirm(intent).Intents)
            {
                underWay.Enqueue(next);
            }
        }

        return confirmed;
    }
}
