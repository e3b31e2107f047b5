using System.Data.Common;
using Orleans.Storage;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Storage;

namespace OrleansUploads.Silo.Tests.Storage;

/// <summary>The storage of silos on PostgreSQL, without a silo.</summary>
internal sealed class PostgresStorage : IAsyncDisposable
{
    private readonly DbDataSource _database;

    /// <param name="connectionString">The database.</param>
    /// <param name="service">The service ID. Storages with different ones share no rows.</param>
    public PostgresStorage(string connectionString, string service)
    {
        var database = PostgresDatabase.Create(connectionString);
        _database = database;
        Rows = new GroupedGrainStorage(new JournalRowSerializer(new NoOtherState()), new PostgresRows(database, service));
    }

    public IGrainStorage Rows { get; }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    /// <summary>Journals consist of heads and rows.</summary>
    private sealed class NoOtherState : IGrainStorageSerializer
    {
        public BinaryData Serialize<T>(T? input) => throw new NotSupportedException($"{typeof(T)} is not part of a journal.");

        public T Deserialize<T>(BinaryData input) => throw new NotSupportedException($"{typeof(T)} is not part of a journal.");
    }
}
