using OrleansUploads.Postgres;

namespace OrleansUploads.Silo.Tests.Journal;

/// <summary>Journals of several silos over one database and one service.</summary>
internal sealed class OpenJournals(string connectionString) : IAsyncDisposable
{
    private readonly List<PostgresDatabase> _databases = [];

    /// <summary>Unique, so that tests share a database.</summary>
    public string Service { get; } = Guid.NewGuid().ToString("N");

    /// <summary>The journal of another silo.</summary>
    public PostgresJournal Open(string settings = "") => new(Connect(settings), Service);

    public PostgresDatabase Connect(string settings = "")
    {
        var database = PostgresDatabase.Create($"{connectionString};{settings}");
        _databases.Add(database);
        return database;
    }

    /// <summary>Runs a statement in which $ stands for the service.</summary>
    public Task ExecuteAsync(string statement) => PostgresServer.ExecuteAsync(connectionString, WithService(statement));

    /// <summary>Runs a query in which $ stands for the service.</summary>
    public Task<string?> QueryAsync(string query) => PostgresServer.QueryAsync(connectionString, WithService(query));

    /// <summary>The versions of the records of a stream.</summary>
    public Task<string?> VersionsAsync(string stream) =>
        QueryAsync($"SELECT string_agg(version::text, ' ' ORDER BY version) FROM uploads_record WHERE service = $ AND stream = '{stream}'");

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases)
        {
            await database.DisposeAsync();
        }
    }

    private string WithService(string statement) => statement.Replace("$", $"'{Service}'", StringComparison.Ordinal);
}
