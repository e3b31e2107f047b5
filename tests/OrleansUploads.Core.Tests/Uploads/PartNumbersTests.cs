namespace OrleansUploads.Core.Tests.Uploads;

public sealed class PartNumbersTests
{
    [Theory]
    [InlineData("", null, "")]
    [InlineData("", 4, "1-3")]
    [InlineData("1-3,7", null, "4-6")]
    [InlineData("1-3,7", 8, "4-6")]
    [InlineData("1-3,7", 10, "4-6,8-9")]
    [InlineData("2", 1, "1")]
    public void The_missing_numbers_are_those_between_and_up_to_an_end(string numbers, int? end, string missing)
    {
        Assert.True(PartNumbers.TryParse(numbers, out var parsed));
        Assert.Equal(missing, parsed.MissingBefore(end).ToString());
    }
}
