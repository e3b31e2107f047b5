using OrleansUploads.Engine.Bytes;

namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class AttemptFooterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(Limits.MaxPartSizeBytes)]
    [InlineData(Limits.MaxPartSizeBytes + 1)]
    [InlineData(ObjectLimits.MaxPartBytes)]
    public void The_length_of_a_file_tells_how_many_bytes_come_before_the_footer(long lengthBytes) =>
        Assert.Equal(lengthBytes, AttemptFooter.LengthIn(lengthBytes + AttemptFooter.BytesFor(lengthBytes)));

    [Fact]
    public void No_attempt_is_longer_than_the_longest_part()
    {
        const long TooLong = ObjectLimits.MaxPartBytes + 1;
        Assert.Null(AttemptFooter.LengthIn(TooLong + AttemptFooter.BytesFor(TooLong)));
    }
}
