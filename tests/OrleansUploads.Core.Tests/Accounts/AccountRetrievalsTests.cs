using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Core.Tests.Accounts;

/// <summary>The data retrieval policy and provisioned capacity.</summary>
public sealed class AccountRetrievalsTests
{
    private readonly DeciderDriver<AccountState, AccountCommand, AccountEvent> _account = new(new AccountDecider());

    private static AdmitRetrieval Admit(int number, long bytes) =>
        new(JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number)), bytes);

    private static PurchaseCapacity Purchase(int number) =>
        new(CapacityId.FromRandom(Some.Bytes(CapacityId.RandomBytes, number)));

    private void Limit(long bytes) => _account.Do(
        new SetDataRetrievalPolicy(new DataRetrievalPolicy(RetrievalStrategy.BytesPerHour, bytes)));

    [Fact]
    public void Without_a_limit_every_retrieval_is_allowed_and_nothing_is_written()
    {
        Assert.Empty(_account.Do(Admit(1, long.MaxValue)).Events);
        Assert.Same(Done.Instance, _account.Do(Admit(1, long.MaxValue)).Answer);
        Assert.Equal(DataRetrievalPolicy.Unlimited, _account.Ask(new FindDataRetrievalPolicy()));
    }

    [Fact]
    public void An_allowed_retrieval_counts_for_an_hour_and_a_refused_one_does_not_count()
    {
        Limit(100);
        _account.Do(Admit(1, 60));
        _account.Now += TimeSpan.FromMinutes(30);
        var refused = _account.Refused<Refusal.RetrievalNotAdmitted>(Admit(2, 41));
        Assert.Equal(new Refusal.RetrievalNotAdmitted(100, 60, 41), refused);
        _account.Do(Admit(3, 40));
        _account.Refused<Refusal.RetrievalNotAdmitted>(Admit(4, 1));

        _account.Now = Some.Noon + TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1);
        _account.Refused<Refusal.RetrievalNotAdmitted>(Admit(4, 1));
        _account.Now += TimeSpan.FromMilliseconds(1);
        _account.Refused<Refusal.RetrievalNotAdmitted>(Admit(4, 61));
        Assert.Same(Done.Instance, _account.Do(Admit(4, 60)).Answer);
        Assert.Equal(2, _account.State.Admitted.Count);
    }

    [Fact]
    public void A_repeated_job_is_allowed_and_counts_once()
    {
        Limit(100);
        _account.Do(Admit(1, 100));
        Assert.Empty(_account.Do(Admit(1, 100)).Events);
        Assert.Same(Done.Instance, _account.Do(Admit(1, 100)).Answer);
        Assert.Equal(100, _account.State.Admitted.Bytes);
    }

    [Fact]
    public void A_lowered_limit_counts_earlier_retrievals_and_removing_the_limit_forgets_them()
    {
        Limit(100);
        _account.Do(Admit(1, 100));
        Limit(10);
        _account.Refused<Refusal.RetrievalNotAdmitted>(Admit(2, 1));
        _account.Do(new SetDataRetrievalPolicy(DataRetrievalPolicy.Unlimited));
        Limit(10);
        Assert.Same(Done.Instance, _account.Do(Admit(2, 10)).Answer);
    }

    [Fact]
    public void The_allowed_volume_of_any_hour_never_exceeds_the_limit()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var account = new DeciderDriver<AccountState, AccountCommand, AccountEvent>(new AccountDecider());
            account.Do(new SetDataRetrievalPolicy(new DataRetrievalPolicy(RetrievalStrategy.BytesPerHour, 100)));
            for (var i = 0; i < 100; i++)
            {
                account.Now += TimeSpan.FromMinutes(random.Next(20));
                account.Do(Admit(i, random.Next(1, 60)));
            }

            var passed = account.History.OfType<RetrievalAdmitted>().ToList();
            Assert.True(passed.Count > 10);
            Assert.All(passed, last => Assert.InRange(
                passed.Where(one => one.At > last.At - TimeSpan.FromHours(1) && one.At <= last.At).Sum(one => one.Bytes), 1, 100));
        }
    }

    [Theory]
    [InlineData("2026-01-15T10:20:30.033Z", "2026-02-15T10:20:30.000Z")]
    [InlineData("2026-01-31T10:20:30.999Z", "2026-02-28T10:20:30.000Z")]
    [InlineData("2028-01-30T00:00:00.000Z", "2028-02-29T00:00:00.000Z")]
    [InlineData("2026-08-31T23:59:59.999Z", "2026-09-30T23:59:59.000Z")]
    [InlineData("2026-12-31T23:59:59.999Z", "2027-01-31T23:59:59.000Z")]
    public void A_unit_lasts_exactly_one_calendar_month(string start, string end)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        _account.Now = DateTimeOffset.Parse(start, culture);
        Assert.Equal(DateTimeOffset.Parse(end, culture), _account.Ask(Purchase(1)).ExpiresAt);
    }

    [Fact]
    public void A_repeated_purchase_returns_the_same_unit_and_a_third_unit_needs_an_expiry()
    {
        var first = _account.Ask(Purchase(1));
        Assert.Equal(first, _account.Ask(Purchase(1)));
        _account.Ask(Purchase(2));
        Assert.Equal(first.ExpiresAt, _account.Refused<Refusal.TooManyCapacityUnits>(Purchase(3)).NextExpiresAt);
        _account.Now = first.ExpiresAt;
        Assert.Empty(_account.Ask(new ListCapacity()).Units);
        var third = _account.Ask(Purchase(3));
        Assert.Equal([third], _account.Ask(new ListCapacity()).Units);
        Assert.Equal([third], _account.State.Capacity);
    }

    [Fact]
    public void A_compacted_history_keeps_the_policy_the_window_and_the_units()
    {
        Limit(100);
        _account.Do(Admit(1, 60));
        _account.Now += TimeSpan.FromMinutes(5);
        _account.Do(Admit(2, 30));
        _account.Ask(Purchase(1));
        _account.Do(new CreateVault(Some.Vault));

        var rebuilt = _account.Decider.Compact(_account.State).Aggregate(_account.Decider.Initial, _account.Decider.Evolve);
        Assert.Equal(_account.State.RetrievalPolicy, rebuilt.RetrievalPolicy);
        Assert.Equal(_account.State.Admitted.ByTime, rebuilt.Admitted.ByTime);
        Assert.Equal(90, rebuilt.Admitted.Bytes);
        Assert.Equal(_account.State.Capacity, rebuilt.Capacity);
        Assert.Equal(_account.State.Vaults, rebuilt.Vaults);
    }
}
