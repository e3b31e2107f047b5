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
        Assert.Equal([1, 2], Claim(1, [1, 2], atMost: 2));
        Assert.Equal([1], Claim(2, [1], atMost: 1));
        _time.Advance(WriteClaims.Life);
        Assert.Empty(Claim(1, [1], atMost: 1));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([1], Claim(1, [1], atMost: 1));
        Assert.Empty(Claim(1, [1], atMost: 1));
    }

    [Fact]
    public void No_more_parts_are_claimed_than_are_wanted()
    {
        Assert.Equal([1, 3], Claim(1, [1, 3, 4], atMost: 2));
        Assert.Equal([2, 4], Claim(1, [1, 2, 3, 4], atMost: 3));
    }

    [Fact]
    public void Parts_that_are_demanded_are_claimed_again_and_others_do_not_get_them()
    {
        Assert.Equal([1], Claim(1, [1], atMost: 1));
        Assert.Equal([1, 2], Claim(1, [1, 2], atMost: null));
        Assert.Equal([3], Claim(1, [1, 2, 3], atMost: 3));
    }

    [Fact]
    public void The_oldest_claims_are_forgotten_when_there_are_too_many()
    {
        for (var number = 0; number <= 100_000; number++)
        {
            Assert.Equal([number], Claim(1, [number], atMost: 1));
        }

        Assert.Empty(Claim(1, [100_000], atMost: 1));
        Assert.Equal([0], Claim(1, [0], atMost: 1));
    }

    private IReadOnlyList<int> Claim(int upload, int[] numbers, int? atMost) => _claims.Claim(Some.Upload(upload), numbers, atMost);
}
