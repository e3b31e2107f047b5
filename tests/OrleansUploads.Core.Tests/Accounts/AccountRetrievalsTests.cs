namespace OrleansUploads.Core.Tests.Accounts;

public sealed class AccountRetrievalsTests() : DeciderDriver<AccountState, AccountCommand, AccountEvent>(new AccountDecider())
{
    private static AdmitRetrieval Admit(int number, long bytes) =>
        new(JobId.FromRandom(Some.Bytes(JobId.RandomBytes, number)), bytes);

    private static PurchaseCapacity Purchase(int number) =>
        new(CapacityId.FromRandom(Some.Bytes(CapacityId.RandomBytes, number)));

    private static SetDataRetrievalPolicy Limit(long bytes) => new(new DataRetrievalPolicy(RetrievalStrategy.BytesPerHour, bytes));

    private void IsAllowed(AdmitRetrieval admit) => Assert.Same(Done.Instance, Do(admit).Answer);

    [Fact]
    public void Without_a_limit_every_retrieval_is_allowed_and_nothing_is_written()
    {
        Unchanged(Admit(1, long.MaxValue));
        IsAllowed(Admit(1, long.MaxValue));
        Assert.Equal(DataRetrievalPolicy.Unlimited, Ask(new FindDataRetrievalPolicy()));
    }

    [Fact]
    public void An_allowed_retrieval_counts_for_an_hour_and_a_refused_one_does_not_count()
    {
        Given(Limit(100), Admit(1, 60));
        Now += TimeSpan.FromMinutes(30);
        var refused = Refused<Refusal.RetrievalNotAdmitted>(Admit(2, 41));
        Assert.Equal(new Refusal.RetrievalNotAdmitted(100, 60, 41), refused);
        Given(Admit(3, 40));
        Refused<Refusal.RetrievalNotAdmitted>(Admit(4, 1));

        Now = Some.Noon + TimeSpan.FromHours(1) - Tick;
        Refused<Refusal.RetrievalNotAdmitted>(Admit(4, 1));
        Now += Tick;
        Refused<Refusal.RetrievalNotAdmitted>(Admit(4, 61));
        IsAllowed(Admit(4, 60));
        Assert.Equal(2, State.Admitted.Count);
    }

    [Fact]
    public void A_repeated_job_is_allowed_and_counts_once()
    {
        Given(Limit(100), Admit(1, 100));
        Unchanged(Admit(1, 100));
        IsAllowed(Admit(1, 100));
        Assert.Equal(100, State.Admitted.Bytes);
    }

    [Fact]
    public void A_lowered_limit_counts_earlier_retrievals_and_removing_the_limit_forgets_them()
    {
        Given(Limit(100), Admit(1, 100));
        Given(Limit(10));
        Refused<Refusal.RetrievalNotAdmitted>(Admit(2, 1));
        Given(new SetDataRetrievalPolicy(DataRetrievalPolicy.Unlimited), Limit(10));
        IsAllowed(Admit(2, 10));
    }

    [Fact]
    public void Retrievals_of_a_clock_that_was_ahead_count_for_an_hour_after_its_correction_at_most()
    {
        Given(Limit(100));
        Now += Limits.RetrievalPolicyWindow;
        Given(Admit(1, 60));
        Now = Some.Noon;
        Refused<Refusal.RetrievalNotAdmitted>(Admit(2, 41));
        Now -= Tick;
        IsAllowed(Admit(2, 41));
        Assert.Equal(41, State.Admitted.Bytes);
    }

    [Fact]
    public void The_allowed_volume_of_any_hour_never_exceeds_the_limit()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var account = new AccountRetrievalsTests();
            account.Do(Limit(100));
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
    [Promise("operations.md", "the hour of a data retrieval policy; a unit of provisioned capacity (a month)")]
    public void A_unit_lasts_exactly_one_calendar_month(string start, string end)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        Now = DateTimeOffset.Parse(start, culture);
        Assert.Equal(DateTimeOffset.Parse(end, culture), Ask(Purchase(1)).ExpiresAt);
    }

    [Fact]
    public void A_repeated_purchase_returns_the_same_unit_and_a_third_unit_needs_an_expiry()
    {
        var first = Ask(Purchase(1));
        Assert.Equal(first, Ask(Purchase(1)));
        Ask(Purchase(2));
        Assert.Equal(first.ExpiresAt, Refused<Refusal.TooManyCapacityUnits>(Purchase(3)).NextExpiresAt);
        Now = first.ExpiresAt;
        Assert.Empty(Ask(new ListCapacity()).Units);
        var third = Ask(Purchase(3));
        Assert.Equal([third], Ask(new ListCapacity()).Units);
        Assert.Equal([third], State.Capacity);
    }
}
