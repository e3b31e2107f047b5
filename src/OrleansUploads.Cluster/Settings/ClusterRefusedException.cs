namespace OrleansUploads.Cluster.Settings;

/// <summary>No silo can run with a database. The message says why and what to do.</summary>
public sealed class ClusterRefusedException(string message, Exception? inner = null) : Exception(message, inner);
