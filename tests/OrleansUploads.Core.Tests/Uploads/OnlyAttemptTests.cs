namespace OrleansUploads.Core.Tests.Uploads;

public sealed class OnlyAttemptTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_ID_of_the_upload_of_a_single_request_contains_its_attempt_in_every_group(int seed)
    {
        var attempt = Some.Attempt(seed);
        var upload = OnlyAttempt.UploadOf(attempt, Some.Bytes(OnlyAttempt.RandomBytes, seed));

        Assert.Equal(attempt, OnlyAttempt.Of(upload));
        Assert.Equal(attempt, OnlyAttempt.Of(upload.InGroup(new EntityGroup(77))));
        Assert.True(UploadId.TryParse(upload.ToString(), out var parsed));
        Assert.Equal(attempt, OnlyAttempt.Of(parsed));
        Assert.NotEqual(upload, OnlyAttempt.UploadOf(attempt, Some.Bytes(OnlyAttempt.RandomBytes, seed + 10)));
    }
}
