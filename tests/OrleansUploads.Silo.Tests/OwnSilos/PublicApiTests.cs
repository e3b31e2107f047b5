namespace OrleansUploads.Silo.Tests.OwnSilos;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_one_that_is_written_down() => PublicApi.RequireWritten(typeof(PostgresDatabase).Assembly);
}
