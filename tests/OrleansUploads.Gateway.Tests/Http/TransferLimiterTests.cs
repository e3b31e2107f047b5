using System.Net;
using OrleansUploads.Gateway.Http.Admission;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class TransferLimiterTests
{
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(30);
    private static readonly IPAddress Proxy = IPAddress.Parse("10.0.0.1");

    private readonly ManualTime _time = new();

    [Fact]
    public async Task An_account_gets_at_most_its_share_and_leaves_slots_for_others()
    {
        var slots = Slots(slots: 256, places: 0);
        var first = await TakeAllAsync(slots, Account(1));

        Assert.Equal(178, first.Count);
        Assert.Equal(ThrottleCause.AddressShare, (await slots.AcquireAsync(Account(1), Proxy, default)).Refusal);
        Assert.InRange((await TakeAllAsync(slots, Account(2))).Count, 40, 79);
    }

    [Fact]
    public async Task When_many_accounts_hold_all_slots_scarcity_is_highest_for_each_of_them()
    {
        var slots = Slots(slots: 256, places: 0);
        var taken = new List<TransferSlot>();
        for (var account = 1; account <= 100; account++)
        {
            taken.AddRange(await TakeAllAsync(slots, Account(account)));
        }

        Assert.Equal(256, slots.InUse);
        Assert.All(taken, slot => Assert.Equal(1, slot.Scarcity));
    }

    [Fact]
    public async Task An_address_leaves_slots_for_other_addresses_of_its_account()
    {
        var slots = Slots(slots: 256, places: 0);
        await TakeAllAsync(slots, Account(1));

        Assert.NotNull((await slots.AcquireAsync(Account(1), IPAddress.Parse("10.0.0.2"), default)).Slot);
    }

    [Fact]
    public async Task An_address_without_transfers_does_not_wait_behind_another_address_of_its_account()
    {
        var slots = Slots(slots: 256, places: 16);
        await TakeAllAsync(slots, Account(1), most: 178);
        var beyondShare = slots.AcquireAsync(Account(1), Proxy, default).AsTask();
        Assert.Equal(1, slots.Waiting);

        var other = slots.AcquireAsync(Account(1), IPAddress.Parse("10.0.0.2"), default).AsTask();

        Assert.True(other.IsCompleted);
        Assert.NotNull((await other).Slot);
        Assert.False(beyondShare.IsCompleted);
    }

    /// <summary>What an address may have changes whenever any transfer begins or ends.</summary>
    [Fact]
    public async Task A_transfer_never_overtakes_another_of_its_address()
    {
        var random = new Random(7);
        var slots = Slots(slots: 24, places: 40);
        var running = new SortedDictionary<int, TransferSlot>();
        var waiting = new SortedDictionary<int, (int Account, int Address, Task<TransferAdmission> Admission)>();
        for (var number = 0; number < 5_000; number++)
        {
            if (running.Count > 0 && random.Next(2) == 0)
            {
                var ended = running.ElementAt(random.Next(running.Count));
                running.Remove(ended.Key);
                ended.Value.Dispose();
                while (waiting.Count > slots.Waiting)
                {
                    await Task.WhenAny(waiting.Values.Select(one => one.Admission));
                    foreach (var (key, granted) in waiting.Where(one => one.Value.Admission.IsCompleted).ToList())
                    {
                        waiting.Remove(key);
                        running.Add(key, (await granted.Admission).Slot!);
                    }
                }

                continue;
            }

            var (account, address) = (random.Next(1, 4), random.Next(1, 4));
            var admission = slots.AcquireAsync(Account(account), new IPAddress([10, 0, 0, (byte)address]), default).AsTask();
            if (!admission.IsCompleted)
            {
                waiting.Add(number, (account, address, admission));
            }
            else if ((await admission).Slot is { } slot)
            {
                Assert.DoesNotContain(waiting.Values, one => (one.Account, one.Address) == (account, address));
                running.Add(number, slot);
            }
        }

        Assert.NotEmpty(waiting);
    }

    [Fact]
    public async Task Without_a_share_one_account_can_take_all_slots()
    {
        var slots = Slots(slots: 8, places: 0, share: 1);

        Assert.Equal(8, (await TakeAllAsync(slots, Account(1))).Count);
        var refused = await slots.AcquireAsync(Account(2), Proxy, default);
        Assert.Equal(ThrottleCause.Server, refused.Refusal);
        Assert.True(new HttpError.Throttled(refused.Refusal).RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_released_slot_goes_to_the_account_with_the_fewest()
    {
        var slots = Slots(slots: 4, places: 100, share: 1);
        var first = await TakeAllAsync(slots, Account(1), most: 4);
        var waitingLonger = slots.AcquireAsync(Account(1), Proxy, default).AsTask();
        var withoutSlots = slots.AcquireAsync(Account(2), Proxy, default).AsTask();

        first[0].Dispose();

        Assert.NotNull((await withoutSlots).Slot);
        Assert.False(waitingLonger.IsCompleted);
        first[1].Dispose();
        Assert.NotNull((await waitingLonger).Slot);
    }

    [Fact]
    public async Task Waiting_times_out_with_a_refusal_and_keeps_no_slot()
    {
        var slots = Slots(slots: 1, places: 4, share: 1);
        var only = (await slots.AcquireAsync(Account(1), Proxy, default)).Slot!;
        var waiting = slots.AcquireAsync(Account(2), Proxy, default).AsTask();
        using var cancellation = new CancellationTokenSource();
        var cancelled = slots.AcquireAsync(Account(2), Proxy, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        _time.Advance(WaitLimit);

        Assert.Equal(ThrottleCause.Server, (await waiting).Refusal);
        Assert.Equal(0, slots.Waiting);
        only.Dispose();
        Assert.Equal(0, slots.InUse);
        Assert.NotNull((await slots.AcquireAsync(Account(3), Proxy, default)).Slot);
    }

    [Fact]
    public async Task Queue_places_are_shared_too()
    {
        var slots = Slots(slots: 1, places: 16);
        await slots.AcquireAsync(Account(9), Proxy, default);
        var waiting = 0;
        while (!slots.AcquireAsync(Account(1), Proxy, default).AsTask().IsCompleted)
        {
            waiting++;
        }

        Assert.Equal(12, waiting);
        Assert.False(slots.AcquireAsync(Account(2), Proxy, default).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Scarcity_is_high_for_accounts_with_many_slots_and_low_for_those_with_few()
    {
        var slots = Slots(slots: 256, places: 0);
        var many = await TakeAllAsync(slots, Account(1));
        var few = (await slots.AcquireAsync(Account(2), Proxy, default)).Slot!;

        Assert.InRange(many[0].Scarcity, 0.7, 1);
        Assert.InRange(few.Scarcity, 0, 0.1);
    }

    private static AccountId Account(int number) =>
        Some.AccountNumbered($"{number:D12}");

    private TransferLimiter Slots(int slots, int places, double share = 0.75) => new(slots, places, share, WaitLimit, _time);

    private static async Task<List<TransferSlot>> TakeAllAsync(TransferLimiter slots, AccountId account, int most = int.MaxValue)
    {
        var taken = new List<TransferSlot>();
        while (taken.Count < most && (await slots.AcquireAsync(account, Proxy, default)).Slot is { } slot)
        {
            taken.Add(slot);
        }

        return taken;
    }
}
