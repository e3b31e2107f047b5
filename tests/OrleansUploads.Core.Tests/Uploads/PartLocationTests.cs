using OrleansUploads.Core.Parts;
using OrleansUploads.TestKit;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class PartLocationTests
{
    public static TheoryData<string> Locations =>
        ["x", " ", "~", "s3://bucket/key?part=7#\"<>&\\", new string('a', PartLocation.MaxChars)];

    public static TheoryData<string?> NoLocations => new(
        null, "", "a\tb", "a\nb", "\0", "\u007f", "k\u00fcche", "\u2028", "\ud83d\ude00", new string('a', PartLocation.MaxChars + 1));

    [Theory]
    [MemberData(nameof(Locations))]
    public void A_location_is_1_to_1024_printable_characters_and_is_kept_as_it_is(string text)
    {
        Assert.True(PartLocation.TryParse(text, out var location));
        Assert.Equal(text, location.ToString());
        Assert.Equal(text.Length, location.Chars);
    }

    [Theory]
    [MemberData(nameof(NoLocations))]
    public void Anything_else_is_no_location(string? text)
    {
        Assert.False(PartLocation.TryParse(text, out var location));
        Assert.Equal(default, location);
    }

    [Fact]
    public void A_part_is_in_an_attempt_or_at_a_location_and_never_at_none()
    {
        var kept = PartPlace.In(Some.Attempt(1));
        Assert.Equal((Custody.Gateway, Some.Attempt(1), null), (kept.Custody, kept.Attempt, kept.Location));

        var located = PartPlace.At(Some.Location("x"));
        Assert.Equal((Custody.Elsewhere, null, Some.Location("x")), (located.Custody, located.Attempt, located.Location));

        Assert.Throws<ArgumentException>(() => PartPlace.At(default));
    }
}
