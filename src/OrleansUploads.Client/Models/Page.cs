namespace OrleansUploads.Client.Models;

/// <summary>One page of a list.</summary>
/// <param name="Items">What it holds, in the server's order; may be empty.</param>
/// <param name="Marker">Asks for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Marker);
