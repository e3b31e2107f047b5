namespace OrleansUploads.Core.Tests.Uploads;

public sealed class PartLocationTests
{
    public static TheoryData<string> Locations =>
        ["x", " ", "~", "s3://bucket/key?part=7#\"<>&\\", new string('a', PartLocation.MaxChars)];

    public static TheoryData<string?> NoLocations => new(
        null, "", "a\tb", "a\nb", "\0", "\u007f", "k\u00fcche", "\u2028", "\ud83d\ude00", new string('a', PartLocation.MaxChars + 1));

    [Theory]
    [MemberData(nameof(Locations))]
    public void A_location_is_1_to_1024_printable_characters_and_is_stored_unchanged(string text)
    {
        Assert.True(PartLocation.TryParse(text, out var location));
        Assert.Equal(text, location.ToString());
        Assert.Equal(text.Length, location.Chars);
    }

    [Theory]
    [MemberData(nameof(NoLocations))]
    public void Any_other_text_is_not_a_valid_location(string? text)
    {
        Assert.False(PartLocation.TryParse(text, out var location));
        Assert.Equal(default, location);
    }

    [Fact]
    public void A_part_has_an_attempt_or_a_location()
    {
        var kept = PartPlace.In(Some.Attempt(1));
        Assert.Equal((ByteStorage.Gateway, Some.Attempt(1), null), (kept.ByteStorage, kept.Attempt, kept.Location));

        var located = PartPlace.At(Some.Location("x"));
        Assert.Equal((ByteStorage.External, null, Some.Location("x")), (located.ByteStorage, located.Attempt, located.Location));

        Assert.Throws<ArgumentException>(() => PartPlace.At(default));
    }
}
