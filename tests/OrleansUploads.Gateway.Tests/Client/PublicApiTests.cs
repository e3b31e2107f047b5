using OrleansUploads.Client;

namespace OrleansUploads.Gateway.Tests.Client;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_one_that_is_written_down() => PublicApi.RequireWritten(typeof(GlacierClient).Assembly);
}
