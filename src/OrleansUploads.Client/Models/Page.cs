namespace OrleansUploads.Client.Models;

/// <summary>One page of a list.</summary>
/// <param name="Items">The items in the server's order; may be empty.</param>
/// <param name="Marker">The marker to request the next page with; null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Marker);
