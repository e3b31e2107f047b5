namespace OrleansUploads.Gateway.Dashboard.Documents;

/// <summary>A page of archives or objects.</summary>
/// <param name="Items">The archives, oldest first, or the objects, by key.</param>
/// <param name="After">Where the next page begins, or null on the last page.</param>
internal sealed record StoredDocument(IReadOnlyList<StoredItem> Items, PageStart? After);

/// <summary>An archive or an object.</summary>
/// <param name="Id">The archive's ID or the object's key.</param>
/// <param name="Description">The archive's description, or null.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Created">When its upload was completed.</param>
/// <param name="Hash">Its tree hash or its ETag.</param>
internal sealed record StoredItem(string Id, string? Description, long Bytes, long Created, string Hash);

/// <summary>A page of jobs.</summary>
/// <param name="Jobs">The jobs, oldest first.</param>
/// <param name="After">Where the next page begins, or null on the last page.</param>
internal sealed record JobsDocument(IReadOnlyList<ListedJob> Jobs, PageStart? After);

/// <summary>A job.</summary>
/// <param name="Id">Its ID.</param>
/// <param name="Kind"><c>archive</c> or <c>inventory</c>.</param>
/// <param name="Archive">The archive that it retrieves, or null.</param>
/// <param name="Description">Its description, or null.</param>
/// <param name="Tier">Its retrieval tier.</param>
/// <param name="Bytes">The length of its output, or null if it has not been measured.</param>
/// <param name="Created">When it was initiated.</param>
/// <param name="Ready">When its output becomes available, or null if it has not been measured.</param>
/// <param name="Expires">When its output expires.</param>
internal sealed record ListedJob(
    string Id, string Kind, string? Archive, string? Description, string Tier, long? Bytes, long Created, long? Ready, long Expires);
