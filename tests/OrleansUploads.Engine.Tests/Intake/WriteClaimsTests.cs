using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Engine.Tests.Intake;

public sealed class WriteClaimsTests
{
    private readonly ManualTime _time = new();
    private readonly WriteClaims _claims;

    public WriteClaimsTests() => _claims = new WriteClaims(_time);

    [Fact]
    public void A_part_is_claimed_once_in_30_seconds()
    {
        Assert.True(_claims.TryClaim(Some.Upload(1), 1));
        Assert.True(_claims.TryClaim(Some.Upload(1), 2));
        Assert.True(_claims.TryClaim(Some.Upload(2), 1));
        _time.Advance(WriteClaims.Life);
        Assert.False(_claims.TryClaim(Some.Upload(1), 1));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(_claims.TryClaim(Some.Upload(1), 1));
        Assert.False(_claims.TryClaim(Some.Upload(1), 1));
    }

    [Fact]
    public void The_oldest_claims_are_forgotten_when_there_are_too_many()
    {
        for (var number = 0; number <= 100_000; number++)
        {
            Assert.True(_claims.TryClaim(Some.Upload(1), number));
        }

        Assert.False(_claims.TryClaim(Some.Upload(1), 100_000));
        Assert.True(_claims.TryClaim(Some.Upload(1), 0));
    }
}
