using OrleansUploads.Storage.Azure;
using OrleansUploads.Storage.S3;

namespace OrleansUploads.Storage.Tests;

public sealed class PublicApiTests
{
    [Theory]
    [InlineData(typeof(S3Storage))]
    [InlineData(typeof(BlobStorage))]
    public void The_public_surface_is_the_one_that_is_written_down(Type type) => PublicApi.RequireWritten(type.Assembly);
}
