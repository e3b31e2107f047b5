using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;

namespace OrleansUploads.Core.Accounts;

/// <summary>Asks how the account limits its retrievals.</summary>
public sealed record FindDataRetrievalPolicy : AccountCommand, ICommand<DataRetrievalPolicy>;

/// <summary>Sets how the account limits its retrievals. Those that were admitted before go on.</summary>
public sealed record SetDataRetrievalPolicy(DataRetrievalPolicy Policy) : AccountCommand, ICommand<Done>;

/// <summary>Asks to let a standard retrieval pass, before it is started. Asked again for the same job within the hour, it
/// passes again and counts once.</summary>
/// <param name="Job">The ID that the job will have.</param>
/// <param name="Bytes">How many bytes it is about.</param>
public sealed record AdmitRetrieval(JobId Job, long Bytes) : AccountCommand, ICommand<Done>;

/// <summary>Buys a unit of provisioned capacity.</summary>
/// <param name="Capacity">A fresh ID.</param>
public sealed record PurchaseCapacity(CapacityId Capacity) : AccountCommand, ICommand<CapacityUnit>;

/// <summary>Lists the units of provisioned capacity that have not expired.</summary>
public sealed record ListCapacity : AccountCommand, ICommand<CapacityUnits>;

/// <summary>Units of provisioned capacity.</summary>
/// <param name="Units">In the order in which they were bought.</param>
public sealed record CapacityUnits(IReadOnlyList<CapacityUnit> Units);
