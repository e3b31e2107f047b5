using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Values;

namespace OrleansUploads.Core.Accounts;

/// <summary>Returns the account's data retrieval policy.</summary>
public sealed record FindDataRetrievalPolicy : AccountCommand, ICommand<DataRetrievalPolicy>;

/// <summary>Sets the account's data retrieval policy. Retrievals that were already admitted continue.</summary>
public sealed record SetDataRetrievalPolicy(DataRetrievalPolicy Policy) : AccountCommand, ICommand<Done>;

/// <summary>Asks for admission of a standard retrieval before it is started. Repeating the command for the same job within the
/// hour admits it again and counts it once.</summary>
/// <param name="Job">The ID that the job will have.</param>
/// <param name="Bytes">Number of bytes to retrieve.</param>
public sealed record AdmitRetrieval(JobId Job, long Bytes) : AccountCommand, ICommand<Done>;

/// <summary>Purchases a unit of provisioned capacity.</summary>
/// <param name="Capacity">A new, unused ID.</param>
public sealed record PurchaseCapacity(CapacityId Capacity) : AccountCommand, ICommand<CapacityUnit>;

/// <summary>Lists the units of provisioned capacity that have not expired.</summary>
public sealed record ListCapacity : AccountCommand, ICommand<CapacityUnits>;

/// <summary>Units of provisioned capacity.</summary>
/// <param name="Units">The units, in order of purchase.</param>
public sealed record CapacityUnits(IReadOnlyList<CapacityUnit> Units);
