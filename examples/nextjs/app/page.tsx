import { Talk } from './talk';

export default function Page() {
  return (
    <main>
      <h1>Talk</h1>
      <Talk />
    </main>
  );
}
