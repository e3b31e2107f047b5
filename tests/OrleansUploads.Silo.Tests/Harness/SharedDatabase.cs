namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>One database for all tests of a class.</summary>
public sealed class SharedDatabase(PostgresServer postgres)
{
    private readonly Lazy<Task<string>> _connection = new(() => postgres.CreateDatabaseAsync());

    public Task<string> Connection => _connection.Value;
}
