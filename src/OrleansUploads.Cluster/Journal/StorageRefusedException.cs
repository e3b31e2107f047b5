namespace OrleansUploads.Cluster.Journal;

/// <summary>The database of a storage provider or of the reminders refused a call, so that the call has certainly changed nothing.</summary>
/// <remarks>Every silo and client of the cluster can read it, unlike the exception of a database's driver. So it has no inner
/// exception.</remarks>
/// <param name="message">What was refused, and what the operator must do.</param>
[GenerateSerializer]
[Alias("OrleansUploads.StorageRefusedException")]
public sealed class StorageRefusedException(string message) : OrleansException(message);
